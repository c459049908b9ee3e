use super::*;

#[test]
fn sites_are_read_and_written_alike() {
    for (text, site, written) in [
        ("default", AccountSite::Settings, "default"),
        ("CN", AccountSite::Vendor(Site::Cn), "cn"),
        (".com", AccountSite::Vendor(Site::Com), "com"),
        ("siliconflow.com", AccountSite::Vendor(Site::Com), "com"),
        (
            "https://api.siliconflow.cn/v1/",
            AccountSite::Vendor(Site::Cn),
            "cn",
        ),
        (
            "https://api-st.siliconflow.cn/v1",
            AccountSite::Custom("https://api-st.siliconflow.cn/v1".parse().unwrap()),
            "https://api-st.siliconflow.cn/v1",
        ),
    ] {
        let read: AccountSite = text.parse().unwrap();
        assert_eq!(
            (&read, read.to_string().as_str()),
            (&site, written),
            "{text}"
        );
        assert_eq!(written.parse(), Ok(site));
    }
    // S14: a key goes in clear to this computer only.
    for wrong in ["", "org", "http://relay.example/v1", "ftp://x", "sk-x"] {
        assert_eq!(wrong.parse::<AccountSite>(), Err(MalformedSite), "{wrong}");
    }
}

#[test]
fn each_of_the_vendors_sites_has_another() {
    let sites = SiteTable::default();
    assert_eq!(
        sites.other("https://api.siliconflow.cn/v1"),
        Some(Site::Com)
    );
    assert_eq!(
        sites.other("https://api.siliconflow.com/v1/"),
        Some(Site::Cn)
    );
    for other in [
        "http://127.0.0.1:7899/v1",
        "https://api.siliconflow.cn",
        "https://relay.example/v1",
    ] {
        assert_eq!(sites.other(other), None, "{other}");
    }
}

#[test]
fn what_is_not_the_vendors_is_billed_as_its_cn_site_is() {
    let sites = SiteTable::default();
    for (base, named, behind) in [
        ("https://api.siliconflow.cn/v1", Some(Site::Cn), Site::Cn),
        ("https://api.siliconflow.com/v1", Some(Site::Com), Site::Com),
        (
            "https://api-st.siliconflow.com/v1",
            Some(Site::Com),
            Site::Com,
        ),
        ("http://127.0.0.1:7899/v1", None, Site::Cn),
        ("https://siliconflow.com.example/v1", None, Site::Cn),
    ] {
        assert_eq!(
            (sites.named(base), sites.behind(base)),
            (named, behind),
            "{base}"
        );
    }
}
