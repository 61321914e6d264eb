"""The examples are those of RFC 2617 §3.5 and RFC 7616 §3.9.1."""

import pytest

from telephony.errors import AuthenticationFailed
from telephony.sip.digest import Challenge, Credentials, authorization, choose_challenge, is_right, response_value


def test_rfc_2617_example() -> None:
    challenge = Challenge(
        realm="testrealm@host.com",
        nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093",
        opaque="5ccc069c403ebaf9f0171e9517f40e41",
        qop=True,
    )
    value = response_value(
        challenge,
        Credentials(username="Mufasa", password="Circle Of Life"),
        method="GET",
        uri="/dir/index.html",
        cnonce="0a4f113b",
        nonce_count=1,
    )
    assert value == "6629fae49393a05397450978507c4ef1"


@pytest.mark.parametrize(
    ("algorithm", "response"),
    [
        ("MD5", "8ca523f5e9506fed4657c9700eebdbec"),
        ("SHA-256", "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1"),
    ],
)
def test_rfc_7616_example(algorithm: str, response: str) -> None:
    challenge = Challenge(
        realm="http-auth@example.org",
        nonce="7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v",
        algorithm=algorithm,
        qop=True,
    )
    credentials = Credentials(username="Mufasa", password="Circle of Life")
    cnonce = "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ"
    assert (
        response_value(challenge, credentials, method="GET", uri="/dir/index.html", cnonce=cnonce, nonce_count=1)
        == response
    )
    value = authorization(challenge, credentials, method="GET", uri="/dir/index.html", cnonce=cnonce)
    assert is_right(value, challenge, credentials, method="GET")
    assert not is_right(value, challenge, credentials, method="POST")
    assert not is_right(value, challenge, Credentials(username="Mufasa", password="wrong"), method="GET")
    assert not is_right(value.replace("nc=00000001", "nc=zz"), challenge, credentials, method="GET")


def test_without_qop_the_older_form_is_used() -> None:
    challenge = choose_challenge(['Digest realm="a", nonce="b", opaque=""'])
    credentials = Credentials(username="u", password="p")
    value = authorization(challenge, credentials, method="REGISTER", uri="sip:a", cnonce="c")
    assert "qop" not in value and 'opaque=""' in value
    assert is_right(value, challenge, credentials, method="REGISTER")


def test_takes_the_first_challenge_it_can_answer() -> None:
    offered = [
        "Basic realm=x",
        'Digest realm="a", nonce="1", algorithm=SHA-512-256, qop="auth"',
        'Digest realm="a", nonce="2", qop="auth-int"',
        'Digest realm="a", nonce="3", algorithm=sha-256, qop="auth,auth-int"',
        'Digest realm="a", nonce="4", algorithm=MD5',
    ]
    chosen = choose_challenge(offered)
    assert (chosen.nonce, chosen.qop) == ("3", True)
    with pytest.raises(AuthenticationFailed):
        choose_challenge(offered[:3])
    with pytest.raises(AuthenticationFailed):
        choose_challenge([])
