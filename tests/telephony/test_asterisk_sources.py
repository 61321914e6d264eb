"""Which mirror and suites are taken from the host's package configuration."""

from pathlib import Path

import pytest

from telephony.asterisk.sources import Mirror, find_mirror, parse_deb822, parse_one_line, read_sources
from telephony.errors import AsteriskInstallError

FIXTURES = Path(__file__).with_name("fixtures") / "apt"
DEBIAN_KEY = "debian-archive-keyring.gpg"
UBUNTU_KEY = "ubuntu-archive-keyring.gpg"


class Host:
    """A made-up machine in a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.apt = folder / "apt"
        (self.apt / "sources.list.d").mkdir(parents=True)
        self.keyrings = folder / "keyrings"
        self.keyrings.mkdir()
        for name in (DEBIAN_KEY, UBUNTU_KEY):
            (self.keyrings / name).touch()

    def source(self, fixture: str, name: str) -> "Host":
        (self.apt / name).write_text((FIXTURES / fixture).read_text(encoding="utf-8"), encoding="utf-8")
        return self

    def release(self, text: str) -> "Host":
        (self.folder / "os-release").write_text(text, encoding="utf-8")
        return self

    def mirror(self, **environment: str) -> Mirror:
        return find_mirror(
            apt_dir=self.apt,
            os_release=self.folder / "os-release",
            keyring_dir=self.keyrings,
            environment=environment,
        )


@pytest.fixture
def host(tmp_path: Path) -> Host:
    return Host(tmp_path)


def targets(mirror: Mirror) -> list[str]:
    return [candidate.target for candidate in mirror.candidates]


def test_debian_12_with_deb822(host: Host) -> None:
    mirror = (
        host.source("debian12.sources", "sources.list.d/debian.sources")
        .release('ID=debian\nVERSION_CODENAME="bookworm"\n')
        .mirror()
    )
    assert mirror.uri == "http://mirror.example/debian"
    assert mirror.components == ("main",)
    assert mirror.keyrings == (host.keyrings / DEBIAN_KEY, *real(f"/usr/share/keyrings/{DEBIAN_KEY}"))
    assert targets(mirror) == ["bookworm", "bookworm-backports", "testing", "sid"]
    assert mirror.candidates[1].suites == ("bookworm", "bookworm-backports")


def test_debian_13_with_one_line_sources(host: Host) -> None:
    mirror = host.source("debian13.list", "sources.list").release("ID=debian\nVERSION_CODENAME=trixie\n").mirror()
    assert mirror.uri == "http://mirror.example/debian/"
    assert targets(mirror) == ["trixie", "trixie-backports", "testing", "sid"]


def test_ubuntu_24_04_and_a_vendor_beside_it(host: Host) -> None:
    mirror = (
        host.source("ubuntu2404.sources", "sources.list.d/ubuntu.sources")
        .source("thirdparty.sources", "sources.list.d/a-vendor.sources")
        .release("ID=ubuntu\nID_LIKE=debian\nVERSION_CODENAME=noble\nUBUNTU_CODENAME=noble\n")
        .mirror()
    )
    assert mirror.uri == "http://mirror.example/ubuntu/"
    assert mirror.components == ("main", "universe")
    assert mirror.keyrings[0] == host.keyrings / UBUNTU_KEY
    assert targets(mirror) == ["noble", "noble-updates", "noble-backports", "devel"]


def test_a_derivative_uses_its_ubuntu_name(host: Host) -> None:
    mirror = (
        host.source("ubuntu2404.sources", "sources.list.d/system.sources")
        .release("ID=linuxmint\nID_LIKE='ubuntu debian'\nVERSION_CODENAME=wilma\nUBUNTU_CODENAME=noble\n")
        .mirror()
    )
    assert mirror.uri == "http://mirror.example/ubuntu/"


def test_the_environment_names_a_debian_mirror_on_any_host(host: Host) -> None:
    mirror = host.release("ID=fedora\n").mirror(TONGDAI_DEBIAN_MIRROR="http://named.example/debian")
    assert mirror.uri == "http://named.example/debian"
    assert mirror.components == ("main",)
    assert targets(mirror) == ["testing", "sid"]


def test_the_environment_names_suite_and_keyring(host: Host, tmp_path: Path) -> None:
    key = tmp_path / "own.gpg"
    key.touch()
    mirror = host.release("ID=ubuntu\nVERSION_CODENAME=noble\n").mirror(
        TONGDAI_DEBIAN_MIRROR="http://named.example/debian",
        TONGDAI_DEBIAN_SUITE="forky",
        TONGDAI_DEBIAN_KEYRING=str(key),
    )
    assert targets(mirror) == ["forky"]
    assert mirror.keyrings == (key,)


@pytest.mark.parametrize(
    ("release", "environment", "mends"),
    [
        ("ID=fedora\n", {}, "TONGDAI_DEBIAN_MIRROR"),
        ("", {}, "TONGDAI_DEBIAN_MIRROR"),
        ("ID=debian\nVERSION_CODENAME=bookworm\n", {}, "TONGDAI_DEBIAN_MIRROR"),
        (
            "ID=fedora\n",
            {"TONGDAI_DEBIAN_MIRROR": "http://x.example", "TONGDAI_DEBIAN_KEYRING": "/no/such.gpg"},
            "TONGDAI_DEBIAN_KEYRING",
        ),
    ],
)
def test_what_is_missing_is_named(host: Host, release: str, environment: dict[str, str], mends: str) -> None:
    with pytest.raises(AsteriskInstallError, match=mends):
        host.release(release).mirror(**environment)


def test_a_missing_keyring_is_named(host: Host) -> None:
    (host.keyrings / DEBIAN_KEY).unlink()
    with pytest.raises(AsteriskInstallError, match="install debian-archive-keyring"):
        host.release("ID=fedora\n").mirror(TONGDAI_DEBIAN_MIRROR="http://x.example")


def test_stanzas_that_are_switched_off_or_hold_no_packages_are_passed_over() -> None:
    sources = list(parse_deb822((FIXTURES / "ubuntu2404.sources").read_text(encoding="utf-8")))
    assert [source.uri for source in sources] == ["http://mirror.example/ubuntu/", "http://second.example/ubuntu/"]
    assert list(parse_deb822("Types: deb-src\nURIs: http://a.example\nSuites: sid\nComponents: main\n")) == []


def test_an_embedded_key_is_no_file() -> None:
    (source,) = parse_deb822((FIXTURES / "thirdparty.sources").read_text(encoding="utf-8"))
    assert source.signed_by == ()


@pytest.mark.parametrize("text", ["", "deb\n", "deb http://only.example\n", "#deb http://a b c\n", "nonsense: [\n"])
def test_lines_that_say_nothing_are_passed_over(text: str) -> None:
    assert list(parse_one_line(text)) == []
    assert list(parse_deb822(text)) == []


def test_files_of_another_kind_are_not_read(host: Host) -> None:
    host.source("debian12.sources", "sources.list.d/debian.sources.disabled")
    assert read_sources(host.apt) == ()


def real(path: str) -> tuple[Path, ...]:
    """The entry's own key file counts where this machine has it."""
    return (Path(path),) if Path(path).is_file() else ()
