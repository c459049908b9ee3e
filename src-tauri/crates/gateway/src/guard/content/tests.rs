use super::*;

const ALL: [BodyRule; 5] = [
    BodyRule::None,
    BodyRule::Json,
    BodyRule::Multipart,
    BodyRule::JsonOrMultipart,
    BodyRule::Any,
];

/// The status of the refusal, or 200.
fn judge(content_type: Option<&str>, rule: BodyRule, has_body: bool) -> u16 {
    let mut headers = HeaderMap::new();
    if let Some(content_type) = content_type {
        headers.insert(header::CONTENT_TYPE, content_type.parse().unwrap());
    }
    let judged = check_content_type(&headers, rule, has_body);
    judged.map_or_else(|refusal| refusal.status.as_u16(), |()| 200)
}

/// S5: what a form, a beacon or `no-cors` can send is refused.
#[test]
fn simple_types_are_refused() {
    for rule in ALL {
        for simple in [
            "text/plain",
            "text/plain;application/json",
            "application/x-www-form-urlencoded",
        ] {
            for has_body in [true, false] {
                assert_eq!(
                    judge(Some(simple), rule, has_body),
                    415,
                    "{rule:?} {simple}"
                );
            }
        }
        assert_eq!(judge(None, rule, true), 415, "{rule:?}");
    }
}

#[test]
fn a_route_takes_its_own_types() {
    let json = Some("Application/JSON; charset=utf-8");
    let form = Some("Multipart/form-data; boundary=x");
    for (rule, statuses) in [
        (BodyRule::None, [200, 415, 200]),
        (BodyRule::Json, [200, 415, 415]),
        (BodyRule::Multipart, [415, 200, 415]),
        (BodyRule::JsonOrMultipart, [200, 200, 415]),
        (BodyRule::Any, [200, 200, 200]),
    ] {
        let judged = [
            judge(json, rule, true),
            judge(form, rule, true),
            judge(None, rule, false),
        ];
        assert_eq!(judged, statuses, "{rule:?}");
    }
}

#[test]
fn a_form_names_its_boundary() {
    for form in ["multipart/form-data", "multipart/form-data; boundary="] {
        assert_eq!(judge(Some(form), BodyRule::Multipart, true), 400, "{form}");
    }
}
