"""Arguments of MAIL and RCPT: what is taken, as what, and what is refused with which code."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.core.message.envelope import NO_WISH, DsnWish
from smtp_relay.paths import Mail, Rcpt, Refused, read_mail, read_rcpt

GOOD = [
    pytest.param("<a@b.example>", "a@b.example", id="ordinary"),
    pytest.param("a@b.example", "a@b.example", id="without brackets"),
    pytest.param(" <a@b.example> ", "a@b.example", id="spaces around"),
    pytest.param("<@x.example,@y.example:a@b.example>", "a@b.example", id="source route is dropped"),
    pytest.param("<a+tag=x@b.example>", "a+tag=x@b.example", id="tag"),
    pytest.param("<A.B@B.Example>", "A.B@B.Example", id="case is kept"),
    pytest.param('<"a b"@b.example>', '"a b"@b.example', id="quoted"),
    pytest.param('<"a\\"b>"@b.example>', '"a\\"b>"@b.example', id="quoted quote and bracket"),
    pytest.param("<a@[192.0.2.1]>", "a@[192.0.2.1]", id="address literal"),
    pytest.param("<a@[IPv6:2001:db8::1]>", "a@[IPv6:2001:db8::1]", id="IPv6 literal"),
    pytest.param("<a..b.@b.example>", "a..b.@b.example", id="dots as Japanese phones wrote them"),
    pytest.param("<!#$%&'*+-/=?^_`{|}~@b.example>", "!#$%&'*+-/=?^_`{|}~@b.example", id="every special"),
    pytest.param("<a@my_host.example>", "a@my_host.example", id="underscore in a domain"),
    pytest.param(f"<{'l' * 200}@b.example>", f"{'l' * 200}@b.example", id="long local part"),
]
BAD = [
    pytest.param("<>", "501 5.1.3", id="null recipient"),
    pytest.param("", "501 5.1.3", id="nothing"),
    pytest.param("<postmaster>", "501 5.1.3", id="no domain"),
    pytest.param("<a@>", "501 5.1.3", id="empty domain"),
    pytest.param("<@b.example>", "501 5.1.3", id="empty local part"),
    pytest.param("<a@b@c.example>", "501 5.1.3", id="two at signs"),
    pytest.param("<a b@c.example>", "501 5.1.3", id="space"),
    pytest.param("<a@b.example", "501 5.1.3", id="open bracket"),
    pytest.param("<a@b.example>x", "501 5.1.3", id="something behind"),
    pytest.param("<a@b..example>", "501 5.1.3", id="empty label"),
    pytest.param("<a@b.example.>", "501 5.1.3", id="final dot"),
    pytest.param('<"a\x01"@b.example>', "501 5.1.3", id="control character"),
    pytest.param("<a@b.example\x7f>", "501 5.1.3", id="DEL"),
    pytest.param("<a/../b@c/d.example>", "501 5.1.3", id="slash in a domain"),
    pytest.param(f"<{'l' * 400}@b.example>", "501 5.1.3", id="too long"),
    pytest.param("<花子@b.example>", "553 5.6.7", id="non-ASCII local part"),
    pytest.param("<a@例え.example>", "553 5.6.7", id="non-ASCII domain"),
    pytest.param("<a@b.example> SIZE=10", "555 5.5.4", id="a parameter of MAIL"),
    pytest.param("<a@b.example> NOTIFY", "501 5.5.4", id="NOTIFY without a value"),
    pytest.param("<a@b.example> NOTIFY=NEVER,FAILURE", "501 5.5.4", id="NEVER is alone"),
    pytest.param("<a@b.example> NOTIFY=FAILURE,NEVER", "501 5.5.4", id="NEVER is alone at the end too"),
    pytest.param("<a@b.example> NOTIFY=FAILURE,", "501 5.5.4", id="NOTIFY with an empty word"),
    pytest.param("<a@b.example> NOTIFY=ALWAYS", "501 5.5.4", id="NOTIFY with an unknown word"),
    pytest.param("<a@b.example> NOTIFY=DELAY NOTIFY=DELAY", "501 5.5.4", id="NOTIFY twice"),
    pytest.param("<a@b.example> ORCPT=rfc822;a@b.c ORCPT=rfc822;a@b.c", "501 5.5.4", id="ORCPT twice"),
    pytest.param("<a@b.example> ORCPT=a@b.example", "501 5.5.4", id="ORCPT without a type"),
    pytest.param("<a@b.example> ORCPT=;a@b.example", "501 5.5.4", id="ORCPT with an empty type"),
    pytest.param("<a@b.example> ORCPT=rfc822;", "501 5.5.4", id="ORCPT without an address"),
    pytest.param("<a@b.example> ORCPT=rfc822;a=b@c.example", "501 5.5.4", id="ORCPT with an equals sign"),
    pytest.param("<a@b.example> ORCPT=rfc822;a+3db@c.example", "501 5.5.4", id="ORCPT with small hex"),
    pytest.param("<a@b.example> ORCPT=rfc822;a+0D+0AX@c.example", "501 5.5.4", id="ORCPT with a line end in it"),
    pytest.param(f"<a@b.example> ORCPT=rfc822;{'a' * 494}", "501 5.5.4", id="ORCPT too long"),
    pytest.param("<a@b.example> ORCPT=utf-8;花子@例え.example", "501 5.5.4", id="UTF-8 without SMTPUTF8"),
    pytest.param("<a@b.example> ORCPT=utf-8;\\x{D800}@b.example", "501 5.5.4", id="half a character"),
    pytest.param("<a@b.example> ORCPT=utf-8;\\x{A}@b.example", "501 5.5.4", id="a line end as a code point"),
    pytest.param("<a@b.example> =x", "501 5.5.4", id="no parameter"),
]


@pytest.mark.parametrize(("argument", "address"), GOOD)
def test_recipient_is_taken(argument: str, address: str) -> None:
    assert read_rcpt(f"TO:{argument}", extended=False, smtputf8=False) == Rcpt(address, NO_WISH)
    assert read_mail(f"from:{argument}", extended=True).reverse_path == address


@pytest.mark.parametrize(("argument", "reply"), BAD)
def test_recipient_is_refused(argument: str, reply: str) -> None:
    with pytest.raises(Refused) as refusal:
        read_rcpt(f"TO:{argument}", extended=True, smtputf8=False)
    assert refusal.value.reply.startswith(reply)


@pytest.mark.parametrize("address", ["花子@例え.example", '"花 子"@例え.example', "a@b.example", "😀@例え.example"])
def test_address_in_any_script_is_taken_with_smtputf8(address: str) -> None:
    assert read_rcpt(f"TO:<{address}>", extended=True, smtputf8=True).recipient == address


@pytest.mark.parametrize("character", ["\u0085", "\u2028", "\u3000", "\u00a0", "\u0080"], ids=ascii)
def test_invisible_separators_are_refused_even_with_smtputf8(character: str) -> None:
    for address in (f"a{character}b@c.example", f"a@b{character}c.example", f'"a{character}b"@c.example'):
        if character in "\u3000\u00a0" and address.startswith('"'):
            continue
        with pytest.raises(Refused):
            read_rcpt(f"TO:<{address}>", extended=True, smtputf8=True)


MAILS = [
    pytest.param("FROM:<>", Mail("", False, "7BIT", 0), id="null sender"),
    pytest.param("FROM:<> SIZE=10", Mail("", False, "7BIT", 10), id="null sender with size"),
    pytest.param(
        "FROM:<a@b.example> body=8bitmime size=5", Mail("a@b.example", False, "8BITMIME", 5), id="small letters"
    ),
    pytest.param("FROM:<a@b.example> SMTPUTF8", Mail("a@b.example", True, "7BIT", 0), id="SMTPUTF8"),
    pytest.param("FROM:<a@b.example> AUTH=<>", Mail("a@b.example", False, "7BIT", 0), id="AUTH is ignored"),
    pytest.param(
        "FROM:<a@b.example> RET=hdrs ENVID=QQ+2B314159",
        Mail("a@b.example", False, "7BIT", 0, "HDRS", "QQ+2B314159"),
        id="RET and ENVID",
    ),
    pytest.param(
        f"FROM:<a@b.example> ENVID={'a' * 100} RET=FULL",
        Mail("a@b.example", False, "7BIT", 0, "FULL", "a" * 100),
        id="ENVID as long as may be",
    ),
    pytest.param(
        "FROM:<a@b.example> AUTH=e+3Dmc2@b.example", Mail("a@b.example", False, "7BIT", 0), id="AUTH in xtext"
    ),
]


@pytest.mark.parametrize(("argument", "mail"), MAILS)
def test_mail_parameters(argument: str, mail: Mail) -> None:
    assert read_mail(argument, extended=True) == mail


BAD_MAILS = [
    pytest.param("<a@b.example>", "501 5.5.4", id="no FROM"),
    pytest.param("TO:<a@b.example>", "501 5.5.4", id="TO"),
    pytest.param("FROM:", "501 5.1.7", id="no path"),
    pytest.param("FROM:<a@b.example> SIZE", "501 5.5.4", id="SIZE without value"),
    pytest.param("FROM:<a@b.example> BODY=BINARYMIME", "501 5.5.4", id="BINARYMIME"),
    pytest.param("FROM:<a@b.example> SMTPUTF8=1", "501 5.5.4", id="SMTPUTF8 with value"),
    pytest.param("FROM:<a@b.example> SIZE=1 SIZE=2", "501 5.5.4", id="twice"),
    pytest.param("FROM:<a@b.example> NOTIFY=NEVER", "555 5.5.4", id="a parameter of RCPT"),
    pytest.param("FROM:<a@b.example> RET", "501 5.5.4", id="RET without a value"),
    pytest.param("FROM:<a@b.example> RET=BODY", "501 5.5.4", id="RET with another word"),
    pytest.param("FROM:<a@b.example> RET=FULL RET=FULL", "501 5.5.4", id="RET twice"),
    pytest.param("FROM:<a@b.example> ENVID", "501 5.5.4", id="ENVID without a value"),
    pytest.param("FROM:<a@b.example> ENVID=a=b", "501 5.5.4", id="ENVID that is no xtext"),
    pytest.param("FROM:<a@b.example> ENVID=a+", "501 5.5.4", id="ENVID cut off"),
    pytest.param("FROM:<a@b.example> ENVID=a+0Ab", "501 5.5.4", id="ENVID with a line end in it"),
    pytest.param("FROM:<a@b.example> ENVID=\u3042", "501 5.5.4", id="ENVID beyond ASCII"),
    pytest.param(f"FROM:<a@b.example> ENVID={'a' * 101}", "501 5.5.4", id="ENVID too long"),
    pytest.param("FROM:<a@b.example> ENVID=a ENVID=b", "501 5.5.4", id="ENVID twice"),
]


WISHES = [
    pytest.param("NOTIFY=NEVER", DsnWish(("NEVER",)), id="never"),
    pytest.param("NOTIFY=never", DsnWish(("NEVER",)), id="small letters"),
    pytest.param("notify=Delay,SUCCESS", DsnWish(("SUCCESS", "DELAY")), id="several, in one order"),
    pytest.param("NOTIFY=FAILURE,FAILURE", DsnWish(("FAILURE",)), id="a word twice"),
    pytest.param("ORCPT=rfc822;Bob+2Bx@B.example", DsnWish((), "rfc822;Bob+2Bx@B.example"), id="ORCPT alone"),
    pytest.param("ORCPT=x400;/c=de".replace("=de", "+3Dde"), DsnWish((), "x400;/c+3Dde"), id="another address type"),
    pytest.param("ORCPT=utf-8;\\x{82B1}@b.example", DsnWish((), "utf-8;\\x{82B1}@b.example"), id="UTF-8 in seven bits"),
    pytest.param("ORCPT=utf-8;花子@例え.example", DsnWish((), "utf-8;花子@例え.example"), id="UTF-8 as it is"),
    pytest.param(
        f"NOTIFY=SUCCESS,FAILURE,DELAY ORCPT=rfc822;{'a' * 493}",
        DsnWish(("SUCCESS", "FAILURE", "DELAY"), "rfc822;" + "a" * 493),
        id="both, as long as may be",
    ),
]


@pytest.mark.parametrize(("parameters", "wish"), WISHES)
def test_what_is_wished_about_reports_on_a_recipient(parameters: str, wish: DsnWish) -> None:
    assert read_rcpt(f"TO:<a@b.example> {parameters}", extended=True, smtputf8=True) == Rcpt("a@b.example", wish)


def test_a_client_without_extensions_can_wish_nothing() -> None:
    with pytest.raises(Refused) as refusal:
        read_rcpt("TO:<a@b.example> NOTIFY=NEVER", extended=False, smtputf8=False)
    assert refusal.value.reply.startswith("555 5.5.4")


@pytest.mark.parametrize(("argument", "reply"), BAD_MAILS)
def test_mail_is_refused(argument: str, reply: str) -> None:
    with pytest.raises(Refused) as refusal:
        read_mail(argument, extended=True)
    assert refusal.value.reply.startswith(reply)


@given(st.text(max_size=300))
def test_any_text_is_taken_or_refused_and_what_is_taken_can_be_stored(text: str) -> None:
    try:
        address = read_rcpt(f"TO:{text}", extended=True, smtputf8=True).recipient
    except Refused:
        return
    assert not set(address) & set("\r\n\0<\u2028\u2029\u0085") or address.startswith('"')
    assert not set(address) & set("\r\n\0\u2028\u2029\u0085")


@pytest.mark.parametrize("piece", ["a.", "a", '"', "\\", "@a,", "@a", "<", " a=b", "[", "\u3042."])
def test_long_nonsense_takes_no_long_time(piece: str) -> None:
    started = time.process_time()
    for text in (
        f"<{piece * 2000}",
        f"<{piece * 2000}@b.example>",
        f"<a@{piece * 2000}>",
        f"<a@b.example> {piece * 2000}",
    ):
        with pytest.raises(Refused):
            read_rcpt(f"TO:{text}", extended=True, smtputf8=True)
    assert time.process_time() - started < 1.0
