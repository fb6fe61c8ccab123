"""The relay's certificate: unusable files, and files that are renewed while it runs."""

from __future__ import annotations

import shutil
import ssl
from pathlib import Path

import pytest

from shared.settings import MisconfiguredProcess
from smtp_relay.tls import TlsFiles
from tests.fakes.spool import FakeSpool
from tests.support.certificates import client_context, issued, self_signed
from tests.support.relay import HOST, Dialogue, RunningRelay, wait_until


@pytest.mark.parametrize("broken", ["cert", "key", "client_ca"])
@pytest.mark.parametrize("content", [None, b"nonsense", b""], ids=["missing", "nonsense", "empty"])
def test_unusable_file_is_named_by_its_variable(tmp_path: Path, broken: str, content: bytes | None) -> None:
    server = issued(tmp_path, HOST)
    files = {"cert": str(server.cert), "key": str(server.key), "client_ca": str(server.cert)}
    files[broken] = str(tmp_path / "broken.pem")
    if content is not None:
        (tmp_path / "broken.pem").write_bytes(content)
    with pytest.raises(
        MisconfiguredProcess, match="MATTA_RELAY_CLIENT_CA" if broken == "client_ca" else "MATTA_RELAY_CERT"
    ):
        TlsFiles(**files)


def test_key_of_another_certificate_is_refused(tmp_path: Path) -> None:
    with pytest.raises(MisconfiguredProcess, match="MATTA_RELAY_KEY"):
        TlsFiles(str(issued(tmp_path, HOST).cert), str(self_signed(tmp_path, "other").key), "")


def test_certificate_and_key_may_be_in_one_file(tmp_path: Path) -> None:
    server = issued(tmp_path, HOST)
    together = tmp_path / "together.pem"
    together.write_bytes(server.key.read_bytes() + server.cert.read_bytes())
    assert TlsFiles(str(together), "", "").context.get_ca_certs() == []


def shown_to(port: int) -> bytes:
    with Dialogue(port) as smtp:
        smtp.hello()
        smtp.starttls(client_context())
        assert isinstance(smtp.socket, ssl.SSLSocket)
        return smtp.socket.getpeercert(binary_form=True) or b""


def test_renewed_certificate_is_shown_without_a_restart_and_a_broken_one_is_not(
    spool: FakeSpool, tmp_path: Path
) -> None:
    (tmp_path / "new").mkdir()
    first, second = issued(tmp_path, HOST), issued(tmp_path / "new", HOST)
    with RunningRelay(spool, tls=TlsFiles(str(first.cert), str(first.key), "")) as relay:
        before = shown_to(relay.port)
        first.cert.write_bytes(b"half")
        wait_until(lambda: any(line["outcome"] == "kept" for line in relay.logged("tls")))
        assert shown_to(relay.port) == before
        shutil.copy(second.key, first.key)
        shutil.copy(second.cert, first.cert)
        wait_until(lambda: any(line["outcome"] == "read" for line in relay.logged("tls")))
        assert shown_to(relay.port) != before
        assert sum(line["outcome"] == "kept" for line in relay.logged("tls")) <= 3, "said once for each change"


def test_a_volume_of_secrets_that_is_swapped_as_a_whole_is_noticed(tmp_path: Path) -> None:
    """As Container Apps mounts them: files are links into a folder that a renewal replaces by turning one link around."""
    for number in ("1", "2"):
        (tmp_path / number).mkdir()
        made = issued(tmp_path / number, HOST)
        # Key Vault's own order: the key, then the certificate with its chain.
        (tmp_path / number / "relay.pem").write_bytes(made.key.read_bytes() + made.cert.read_bytes())
    (tmp_path / "..data").symlink_to("1")
    (tmp_path / "relay.pem").symlink_to("..data/relay.pem")
    files = TlsFiles(str(tmp_path / "relay.pem"), "", "")
    before = files.context
    assert not files.refresh()
    (tmp_path / "..data_tmp").symlink_to("2")
    (tmp_path / "..data_tmp").replace(tmp_path / "..data")
    assert files.refresh()
    assert files.context is not before
