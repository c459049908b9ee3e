//! `GET /user/info` (siliconflow-api.md §2.16).

use serde_json::json;

use super::Visit;
use crate::account::NANO;
use crate::reply::Reply;
use crate::script::UserInfoMode;

/// 410 as today, or the balances as strings as before.
pub(super) fn answer(visit: &Visit<'_>) -> Reply {
    if visit.world.user_info() == UserInfoMode::Gone {
        return Reply::retired();
    }
    let account = visit.customer.account();
    let body = json!({
        "code": 20000,
        "message": "OK",
        "status": true,
        "data": {
            "id": account.id,
            "name": "",
            "image": "",
            "email": "",
            "isAdmin": false,
            "balance": yuan(account.gift_nano),
            "status": "normal",
            "introduction": "",
            "role": "",
            "chargeBalance": yuan(account.charge_nano),
            "totalBalance": yuan(account.total_nano()),
        },
    });
    Reply::json(200, body.to_string())
}

/// An amount in yuan with as many decimals as it needs, at least two.
pub(super) fn yuan(nano: i64) -> String {
    let sign = if nano < 0 { "-" } else { "" };
    let unit = NANO.unsigned_abs();
    let (whole, part) = (nano.unsigned_abs() / unit, nano.unsigned_abs() % unit);
    let mut decimals = format!("{part:09}");
    while decimals.len() > 2 && decimals.ends_with('0') {
        decimals.pop();
    }
    format!("{sign}{whole}.{decimals}")
}
