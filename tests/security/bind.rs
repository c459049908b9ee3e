//! S1: who can reach the gateway at all.

#![cfg(target_os = "linux")]

use std::io::ErrorKind;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener, UdpSocket};

use flowkeep_tests::Rig;
use tokio::net::TcpStream;

/// Local addresses, in the notation of the table, that are listened on.
fn listening(table: &str, port: u16) -> Vec<String> {
    let table = std::fs::read_to_string(table).unwrap_or_default();
    let here = format!(":{port:04X}");
    table
        .lines()
        .skip(1)
        .filter_map(|line| {
            let mut fields = line.split_whitespace().skip(1);
            let local = fields.next()?.strip_suffix(&here)?.to_owned();
            (fields.nth(1)? == "0A").then_some(local)
        })
        .collect()
}

fn has_ipv6() -> bool {
    TcpListener::bind((Ipv6Addr::LOCALHOST, 0)).is_ok()
}

async fn connect(ip: IpAddr, port: u16) -> std::io::Result<TcpStream> {
    TcpStream::connect(SocketAddr::new(ip, port)).await
}

/// S1: exactly the two loopback addresses.
#[tokio::test]
async fn the_gateway_listens_on_the_two_loopback_addresses() {
    let rig = Rig::start().await;
    assert_eq!(listening("/proc/net/tcp", rig.port()), ["0100007F"]);
    let v6 = listening("/proc/net/tcp6", rig.port());
    if has_ipv6() {
        assert_eq!(v6, ["00000000000000000000000001000000"]);
        let url = format!("http://[::1]:{}/health", rig.port());
        let answer = rig.client.get(url).send().await.unwrap();
        assert_eq!(answer.status(), 200);
    } else {
        assert!(v6.is_empty(), "{v6:?}");
    }
}

/// S1: any other address of the machine, also of its loopback net, is refused.
#[tokio::test]
async fn other_addresses_of_the_machine_are_refused() {
    let rig = Rig::start().await;
    assert!(
        connect(Ipv4Addr::LOCALHOST.into(), rig.port())
            .await
            .is_ok()
    );
    let mut others = vec![IpAddr::from([127, 0, 0, 2])];
    // Connecting a UDP socket sends nothing; it only tells the own address.
    let socket = UdpSocket::bind("0.0.0.0:0").unwrap();
    if socket.connect("10.255.255.1:9").is_ok() {
        others.push(socket.local_addr().unwrap().ip());
    }
    for other in others {
        let refused = connect(other, rig.port()).await.unwrap_err();
        assert_eq!(refused.kind(), ErrorKind::ConnectionRefused, "{other}");
    }
}
