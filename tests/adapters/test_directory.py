"""What every ``Directory`` does: the fake and the one in Table storage are held to the same."""

from __future__ import annotations

from dataclasses import replace

import pytest

from shared.adapters.directory_table import TableDirectory
from shared.adapters.storage_clients import table_client
from shared.errors import Conflict, NotFound
from shared.ports import Directory, Group, Person
from tests.fakes.directory import FakeDirectory
from tests.support.threads import at_once


@pytest.fixture(params=["fake", "table"])
def directory(request: pytest.FixtureRequest) -> Directory:
    """One implementation after the other, empty."""
    if request.param == "fake":
        return FakeDirectory()
    process, name = request.getfixturevalue("process"), request.getfixturevalue("own_name")
    table_client(process, name).create_table()
    return TableDirectory(process, table=name)


HANAKO = Person("Hanako@Aozora.example", "青空 花子", "ja", "taro@aozora.example", ("sales", "東京"), 1)
EVERYBODY = Person("all@aozora.example", "Everybody", members=320)


def test_only_the_known_ones_come_back_by_lower_case_address(directory: Directory) -> None:
    directory.save("demo", [HANAKO, EVERYBODY])
    wanted = ["HANAKO@aozora.example", "nobody@aozora.example", "all@aozora.example", "hanako@aozora.example"]
    assert directory.people("demo", wanted) == {"hanako@aozora.example": HANAKO, "all@aozora.example": EVERYBODY}
    assert directory.people("demo", []) == {}


def test_saving_again_replaces_also_what_was_read_before(directory: Directory) -> None:
    assert directory.people("demo", [HANAKO.address]) == {}
    directory.save("demo", [HANAKO])
    moved = Person(HANAKO.address, "花子")
    assert directory.people("demo", [HANAKO.address]) == {"hanako@aozora.example": HANAKO}
    for _ in range(2):
        directory.save("demo", [moved])
        assert directory.people("demo", [HANAKO.address]) == {"hanako@aozora.example": moved}


def test_of_several_with_one_address_the_last_counts(directory: Directory) -> None:
    directory.save("demo", [HANAKO, Person("hanako@aozora.example", "last")])
    assert directory.people("demo", [HANAKO.address])["hanako@aozora.example"].display_name == "last"


def test_another_tenant_knows_nobody(directory: Directory) -> None:
    directory.save("demo", [HANAKO])
    assert directory.people("demo-2", [HANAKO.address]) == {}
    for name in ("", "a/b", "de'mo"):
        with pytest.raises(NotFound):
            directory.people(name, [HANAKO.address])
        with pytest.raises(NotFound):
            directory.save(name, [HANAKO])


@pytest.mark.parametrize(
    ("written", "asked"),
    [
        pytest.param("Hanako@例え.jp", "hanako@xn--r8jz45g.jp", id="a domain in its own script"),
        pytest.param("hanako@xn--r8jz45g.jp", "HANAKO@例え.JP", id="A-labels"),
        pytest.param('"hanako"@x.example', "hanako@X.example", id="quotes that it could do without"),
        pytest.param("hanako@x.example", '"Hanako"@x.example', id="asked with such quotes"),
        pytest.param("hanako@x.example.", "hanako@x.example", id="a final dot"),
    ],
)
def test_one_mailbox_spelled_twice_is_one_person_and_shown_as_written(
    directory: Directory, written: str, asked: str
) -> None:
    person = Person(written, "花子", groups=("sales",), id="id-h")
    assert directory.people("demo", [asked]) == {}
    directory.save("demo", [person])
    assert directory.people("demo", [asked, written]) == {asked.lower(): person, written.lower(): person}
    assert directory.people_by_id("demo", ["id-h"]) == {"id-h": person}
    assert directory.members("demo", "sales", 5) == (person,)
    assert {*_search(directory, asked), *_search(directory, written), *_search(directory, "HANA")} == {written.lower()}
    again = replace(person, address=asked, display_name="再び")
    directory.change("demo", person, again)
    assert directory.everybody("demo") == (again,)
    assert directory.members("demo", "sales", 5) == (again,)
    directory.save("demo", [person, again, person])
    assert directory.everybody("demo") == (person,)
    directory.remove("demo", [asked])
    assert directory.everybody("demo") == ()
    assert directory.people("demo", [written])[written.lower()].active is False


def test_the_beginning_of_a_domain_in_its_own_script_finds_whom_it_is_shown_with(directory: Directory) -> None:
    directory.save("demo", [Person("hanako@例え.jp"), Person("hanako@他.jp"), Person("hanako@x.example")])
    assert _search(directory, "hanako@例") == ["hanako@例え.jp"]
    assert _search(directory, "hanako@xn--r8j") == ["hanako@例え.jp"]


@pytest.mark.parametrize(
    "address",
    [
        pytest.param("a/b\\c#d?e@x.example", id="characters that keys must not hold"),
        pytest.param("o'brien@x.example", id="apostrophe"),
        pytest.param('"with space\t%25~41"@x.example', id="quoted, with percent and tilde"),
        pytest.param("花子@例え.example", id="Japanese"),
        pytest.param("あ" * 80 + "@x.example", id="longer than a key when encoded"),
        pytest.param("a" * 64 + "@" + "b" * 180 + ".example", id="long"),
        pytest.param("", id="empty"),
    ],
)
def test_any_address_can_be_kept(directory: Directory, address: str) -> None:
    person = Person(address, "x")
    directory.save("demo", [person, Person("other@x.example")])
    assert directory.people("demo", [address]) == {address: person}


def test_addresses_that_look_alike_when_encoded_are_different_people(directory: Directory) -> None:
    people = [Person("a/b@x.example", "1"), Person("a~2fb@x.example", "2"), Person("a~7e2fb@x.example", "3")]
    directory.save("demo", people)
    found = directory.people("demo", [person.address for person in people])
    assert [found[person.address].display_name for person in people] == ["1", "2", "3"]


def test_all_addresses_of_one_directory_id(directory: Directory) -> None:
    people = [Person("b@x.example", id="1"), Person("A@x.example", id="1"), Person("c@x.example", id="2")]
    directory.save("demo", [*people, Person("d@x.example")])
    assert directory.addresses_of("demo", "1", 10) == ("a@x.example", "b@x.example")
    assert directory.addresses_of("demo", "1", 1) == ("a@x.example",)
    assert directory.addresses_of("demo", "3", 10) == directory.addresses_of("demo", "", 10) == ()
    directory.save("demo", [replace(people[2], id="1"), replace(people[0], id="")])
    directory.remove("demo", ["a@x.example"])
    assert directory.addresses_of("demo", "1", 10) == ("a@x.example", "c@x.example")
    with pytest.raises(NotFound):
        directory.addresses_of("a/b", "1", 10)


def test_more_people_than_a_transaction_holds(directory: Directory) -> None:
    people = [Person(f"p{number}@x.example", str(number)) for number in range(250)]
    directory.save("demo", people)
    found = directory.people("demo", [person.address for person in people] + ["unknown@x.example"])
    assert found == {person.address: person for person in people}


def test_readers_and_writers_at_once(directory: Directory) -> None:
    def work(number: int) -> None:
        if number % 2:
            directory.save("demo", [Person("one@x.example", "name")])
        directory.people("demo", ["one@x.example", "two@x.example"])

    assert at_once(12, work) == [None] * 12
    assert directory.people("demo", ["one@x.example"]) == {"one@x.example": Person("one@x.example", "name")}


SALES = Group("Sales-Tokyo", "営業部 東京", ("sales", "tokyo"), ("hanako@aozora.example",))


def test_known_groups_come_back_by_folded_id_and_apart_from_people(directory: Directory) -> None:
    directory.save("demo", [Person("sales-tokyo", "a mailbox with the name of a group")])
    assert directory.groups("demo", ["sales-tokyo"]) == {}
    directory.save_groups("demo", [Group("SALES-TOKYO"), SALES])
    assert directory.groups("demo", ["sales-TOKYO", "nothing", "営業/部"]) == {"sales-tokyo": SALES}
    assert directory.people("demo", ["sales-tokyo"])["sales-tokyo"].display_name == "a mailbox with the name of a group"
    assert directory.groups("demo-2", [SALES.id]) == {}
    directory.save_groups("demo", [Group("営業/部", "slash")])
    assert directory.groups("demo", ["営業/部"])["営業/部"].name == "slash"
    with pytest.raises(NotFound):
        directory.groups("a/b", ["x"])
    with pytest.raises(NotFound):
        directory.save_groups("a/b", [SALES])


def test_everybody_and_all_groups_are_listed_in_order_and_only_this_tenants(directory: Directory) -> None:
    assert directory.everybody("demo") == ()
    assert directory.all_groups("demo") == ()
    directory.save("demo", [HANAKO, EVERYBODY, Person("花子@x.example")])
    directory.save("demo-2", [Person("other@x.example")])
    directory.save_groups("demo", [SALES, Group("Board"), Group("営業/部")])
    assert directory.everybody("demo") == (EVERYBODY, HANAKO, Person("花子@x.example"))
    assert directory.all_groups("demo") == (Group("Board"), SALES, Group("営業/部"))
    for name in ("", "a/b"):
        with pytest.raises(NotFound):
            directory.everybody(name)
        with pytest.raises(NotFound):
            directory.all_groups(name)


def test_who_is_removed_stays_known_as_removed_also_in_memory_and_a_second_time_is_no_error(
    directory: Directory,
) -> None:
    directory.save("demo", [HANAKO, EVERYBODY])
    directory.save_groups("demo", [SALES, Group("board")])
    directory.people("demo", [HANAKO.address])
    directory.groups("demo", [SALES.id])
    for _ in range(2):
        directory.remove("demo", [HANAKO.address.upper(), "never@x.example"])
        directory.remove_groups("demo", [SALES.id.upper(), "never"])
        gone = replace(HANAKO, active=False)
        assert directory.people("demo", [HANAKO.address]) == {"hanako@aozora.example": gone}
        assert directory.people("demo", ["never@x.example"])["never@x.example"].active is False
        assert directory.groups("demo", [SALES.id]) == {}
        assert directory.everybody("demo") == (EVERYBODY,)
        assert directory.all_groups("demo") == (Group("board"),)
    for name in ("", "a/b"):
        with pytest.raises(NotFound):
            directory.remove(name, [HANAKO.address])
        with pytest.raises(NotFound):
            directory.remove_groups(name, ["x"])


def test_more_people_than_a_page_of_a_listing_holds(directory: Directory) -> None:
    people = [Person(f"p{number:04}@x.example") for number in range(1100)]
    directory.save("demo", people)
    assert directory.everybody("demo") == tuple(people)
    directory.remove("demo", [person.address for person in people[:50]])
    assert len(directory.everybody("demo")) == 1050


def person(number: int, *groups: str, **more: str) -> Person:
    return Person(f"p{number:03}@x.example", groups=groups, **more)  # type: ignore[arg-type]  # ids of tests


def test_people_are_found_by_directory_id_also_after_they_moved_or_went(directory: Directory) -> None:
    directory.save("demo", [person(1, id="id-1"), person(2, id="id/2#?\\"), person(3)])
    directory.save("other", [person(9, id="id-1")])
    for _ in range(2):
        found = directory.people_by_id("demo", ["id-1", "id/2#?\\", "id-3", ""])
        assert {id_: one.address for id_, one in found.items()} == {
            "id-1": "p001@x.example",
            "id/2#?\\": "p002@x.example",
        }
    directory.save("demo", [person(1, id="id-new")])
    assert directory.people_by_id("demo", ["id-1"]) == {}
    assert directory.people_by_id("demo", ["id-new"])["id-new"].address == "p001@x.example"
    directory.remove("demo", ["p001@x.example"])
    assert directory.people_by_id("demo", ["id-new"])["id-new"].active is False
    with pytest.raises(NotFound):
        directory.people_by_id("a/b", ["id-1"])


def test_of_two_addresses_with_one_id_the_active_one_counts(directory: Directory) -> None:
    directory.save("demo", [person(1, id="one"), person(2, id="one")])
    assert directory.people_by_id("demo", ["one"])["one"].address == "p001@x.example"
    directory.remove("demo", ["p001@x.example"])
    assert directory.people_by_id("demo", ["one"])["one"].address == "p002@x.example"


def test_members_of_a_group_are_the_active_people_directly_in_it(directory: Directory) -> None:
    directory.save("demo", [person(1, "Sales", "東京/1"), person(2, "sales"), person(3, "sales-2"), person(4)])
    directory.save("other", [person(9, "sales")])
    assert [one.address for one in directory.members("demo", "SALES", 10)] == ["p001@x.example", "p002@x.example"]
    assert [one.address for one in directory.members("demo", "sales", 1)] == ["p001@x.example"]
    assert [one.address for one in directory.members("demo", "東京/1", 10)] == ["p001@x.example"]
    assert directory.members("demo", "sales", 0) == directory.members("demo", "nothing", 5) == ()
    directory.save("demo", [person(1, "tokyo")])
    directory.remove("demo", ["p003@x.example"])
    assert [one.address for one in directory.members("demo", "sales", 10)] == ["p002@x.example"]
    assert directory.members("demo", "sales-2", 10) == ()
    directory.save("demo", [person(3, "sales-2")])
    assert directory.members("demo", "sales-2", 10) == (person(3, "sales-2"),)
    with pytest.raises(NotFound):
        directory.members("a/b", "sales", 5)


def test_a_person_in_more_groups_than_a_transaction_holds(directory: Directory) -> None:
    many = tuple(f"g{number}" for number in range(250))
    for groups in (many, many[200:], many):
        directory.save("demo", [person(1, *groups), person(2, "g249")])
        assert directory.people("demo", ["p001@x.example"])["p001@x.example"].groups == groups
        assert [one.address for one in directory.members("demo", "g249", 9)] == ["p001@x.example", "p002@x.example"]
    directory.save("demo", [person(1, "g0")])
    assert [one.address for one in directory.members("demo", "g249", 9)] == ["p002@x.example"]


def test_ten_at_once_move_one_person_between_groups(directory: Directory) -> None:
    for _ in range(3):
        assert at_once(10, lambda number: directory.save("demo", [person(1, f"g{number}", "all")])) == [None] * 10
        (group, _) = directory.people("demo", ["p001@x.example"])["p001@x.example"].groups
        found = {f"g{n}" for n in range(10) if directory.members("demo", f"g{n}", 5)}
        assert found == {group}
        assert len(directory.members("demo", "all", 5)) == 1


TARO = Person("taro@aozora.example", "星空 太郎", "ja")
EMMA = Person("wilson@aozora.example", "Emma Emmason Wilson", "en")
HANADA = Person("hanada@aozora.example", "ハナダ　ユリ")


def _search(directory: Directory, text: str, limit: int = 10) -> list[str]:
    """All pages of a search."""
    found: list[str] = []
    after = ""
    for _ in range(50):
        page = directory.search("demo", text, after, limit)
        assert len(page.people) <= limit
        found += [person.address.lower() for person in page.people]
        after = page.after
        if not after:
            return found
    raise AssertionError("the pages never end")


@pytest.mark.parametrize("limit", [1, 2, 10])
@pytest.mark.parametrize(
    ("text", "found"),
    [
        pytest.param("", ["all", "hanada", "hanako", "taro", "wilson"], id="everybody by address"),
        pytest.param("hana", ["hanada", "hanako"], id="address"),
        pytest.param(" HANAKO@", ["hanako"], id="address in capitals with a space"),
        pytest.param("花", ["hanako"], id="given name"),
        pytest.param("青空花", ["hanako"], id="whole name without its space"),
        pytest.param("青空　花子", ["hanako"], id="whole name with another space"),
        pytest.param("ﾊﾅﾀﾞ", ["hanada"], id="half width"),
        pytest.param("emm", ["wilson"], id="two words of one name"),
        pytest.param("wil", ["wilson"], id="address and name of the same person"),
        pytest.param("e", ["wilson", "all"], id="names by alphabet"),
        pytest.param("空", [], id="not the beginning of a word"),
        pytest.param("'", [], id="a quote"),
        pytest.param("~", [], id="what stands for others in keys"),
        pytest.param("x" * 500, [], id="too long"),
    ],
)
def test_people_are_found_by_the_beginning_of_address_and_name(
    directory: Directory, text: str, found: list[str], limit: int
) -> None:
    gone = replace(TARO, address="hanamaru@aozora.example", display_name="花丸")
    directory.save("demo", [HANAKO, EVERYBODY, TARO, EMMA, HANADA, gone])
    directory.save("demo-2", [replace(TARO, address="hanae@aozora.example")])
    directory.remove("demo", [gone.address])
    assert [address.partition("@")[0] for address in _search(directory, text, limit)] == found


def test_a_renamed_person_is_found_by_the_new_name_alone(directory: Directory) -> None:
    directory.save("demo", [TARO])
    directory.change("demo", TARO, replace(TARO, display_name="月夜 太郎"))
    assert _search(directory, "星空") == []
    assert _search(directory, "月夜") == _search(directory, "太郎") == [TARO.address]


def test_a_change_counts_if_nobody_was_faster(directory: Directory) -> None:
    directory.change("demo", None, TARO)
    directory.change("demo", None, TARO)  # the same again: its answer was lost
    with pytest.raises(Conflict):
        directory.change("demo", None, replace(TARO, language="en"))
    moved = replace(TARO, groups=tuple(f"group-{number}" for number in range(150)))
    directory.change("demo", TARO, moved)
    with pytest.raises(Conflict):
        directory.change("demo", TARO, replace(TARO, language="en"))
    assert directory.people("demo", [TARO.address])[TARO.address] == moved
    assert directory.members("demo", "GROUP-149", 10) == (moved,)
    directory.change("demo", moved, TARO)
    assert directory.members("demo", "group-149", 10) == ()
    assert directory.people("demo", [TARO.address])[TARO.address] == TARO


def test_of_changes_at_the_same_time_one_counts(directory: Directory) -> None:
    directory.save("demo", [TARO])

    def change(number: int) -> str:
        try:
            directory.change("demo", TARO, replace(TARO, display_name=f"Number {number}"))
        except Conflict:
            return "conflict"
        return "done"

    assert sorted(map(str, at_once(6, change))) == ["conflict"] * 5 + ["done"]
