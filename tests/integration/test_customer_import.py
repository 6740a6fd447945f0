"""Customers from a file, entered at a desk."""

import csv
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

import boto3
import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from functions.shared.domain.directory import Caller, ContactRecord
from functions.shared.gateways.config import ConfigStore
from functions.shared.gateways.directory import Directory
from ops.cli import app
from ops.customer_file import BadLine, CompanyRow, ContactRow, Line, Rejected, read_rows
from ops.customer_import import Imported, finish, import_companies, import_contacts
from ops.failure import Failure
from tests.factories import DESK, NOON, default_config
from tests.integration.conftest import BLOBS, TABLE

SAMPLES = Path(__file__).parents[2] / "events" / "samples"

Written = Callable[[str], Path]


@pytest.fixture
def written(tmp_path: Path) -> Written:
    def write(text: str) -> Path:
        path = tmp_path / "customers.csv"
        path.write_text(text, encoding="utf-8")
        return path

    return write


def enter_companies(directory: Directory, path: Path = SAMPLES / "companies.csv") -> tuple[dict[str, int], list[Any]]:
    refused: list[Rejected] = []
    done = finish(import_companies(path, default_config(), directory, refused.append))
    return figures(done), refused


def enter_contacts(directory: Directory, path: Path = SAMPLES / "contacts.csv") -> tuple[dict[str, int], list[Any]]:
    refused: list[Rejected] = []
    done = finish(import_contacts(path, directory, refused.append))
    return figures(done), refused


def figures(done: Imported) -> dict[str, int]:
    return {fate.value: count for fate, count in done.fates.items()}


def test_an_import_done_again_changes_nothing(directory: Directory) -> None:
    assert enter_companies(directory) == ({"entered": 8}, [])
    assert enter_companies(directory) == ({"unchanged": 8}, [])
    assert enter_contacts(directory) == ({"entered": 3}, [])
    assert enter_contacts(directory) == ({"unchanged": 3}, [])


def test_imported_contacts_are_recognised_with_company_and_tags(directory: Directory) -> None:
    enter_companies(directory)
    enter_contacts(directory)

    li, company = directory.recognise(Caller(phone="+86 139-0013-9000"))
    assert company is not None
    assert (li.name, li.tags, company.name) == ("李强", ("beta",), "云杉软件")
    wang = directory.contact_at("13800138000")
    assert wang is not None
    assert wang == directory.contact_at("wang.fang@huaxing-retail.example")
    assert wang.tags == ("key-user", "门店")


def test_a_company_first_met_by_name_keeps_its_tickets_when_it_is_imported(directory: Directory) -> None:
    _, met = directory.recognise(Caller(address="a@qq.com", company="华星零售集团"))
    enter_companies(directory)
    _, imported = directory.recognise(Caller(address="b@huaxing-retail.example"))

    assert met is not None
    assert imported is not None
    assert (imported.id, imported.tier) == (met.id, "vip")


def test_empty_cells_leave_what_is_known(directory: Directory, written: Written) -> None:
    enter_companies(directory)
    assert enter_companies(directory, written("name,tags\n华星零售集团,renewal\n"))[0] == {"changed": 1}

    _, company = directory.recognise(Caller(address="b@huaxing-retail.example"))
    assert company is not None
    assert (company.tier, company.account_manager, company.tags) == ("vip", "chen-jing", ("renewal",))


def test_a_bad_line_is_refused_with_line_column_and_reason_and_the_others_are_entered(
    directory: Directory, written: Written
) -> None:
    path = written(
        "name,tier,account_manager,domains\nGood,vip,,\n,vip,,\nBad,vip,nobody,\nBad,Very Important,,\n"
        "Bad,,,not a domain\nBad,,,,too many\nLast,,,last.example\n"
    )

    done, refused = enter_companies(directory, path)

    assert done == {"entered": 2, "rejected": 5}
    assert [(one.line, one.column) for one in refused] == [
        (3, "name"),
        (4, "account_manager"),
        (5, "tier"),
        (6, "domains"),
        (7, ""),
    ]
    assert refused[1].why == "nobody is called nobody"


def test_free_mail_and_unknown_tiers_are_refused(directory: Directory, written: Written) -> None:
    _, refused = enter_companies(directory, written("name,tier,domains\nA,platinum,\nB,,qq.com;b.example\n"))

    assert [(one.line, one.column) for one in refused] == [(2, "tier"), (3, "domains")]
    assert refused[0].why == "platinum is none of the desk's tiers: standard, vip"
    assert refused[1].why == "qq.com gives addresses to anybody, so it tells no company"
    assert directory.companies_at(["a", "b", "b.example"]) == {}


def test_a_number_without_digits_is_refused_and_the_next_line_is_read(directory: Directory, written: Written) -> None:
    path = written("name,phone,address\nA,---,\nB,---,\nC,+00 12,c@acme.example\nD,110,\n")
    done, refused = enter_contacts(directory, path)

    assert done == {"entered": 1, "rejected": 3}
    assert [(one.line, one.column, one.why) for one in refused][::2] == [
        (2, "phone", '"---" is no phone number'),
        (4, "phone", '"+00 12" is no phone number'),
    ]
    assert directory.contact_at("110")


def test_what_tells_no_company_is_no_domain_of_one_and_a_domain_counts_once(
    directory: Directory, written: Written
) -> None:
    path = written("name,domains\nA,co.uk\nB,-.-\nC,com.cn\nD,1.2.3.4\nE,e.example;E.example\nF,acme.co.uk;t.co\n")
    done, refused = enter_companies(directory, path)

    assert done == {"entered": 2, "rejected": 4}
    assert [one.why for one in refused] == [
        "co.uk is where everybody registers domains, so it tells no company",
        '"-.-" is no domain such as acme.example',
        "com.cn is where everybody registers domains, so it tells no company",
        '"1.2.3.4" is no domain such as acme.example',
    ]
    assert directory.companies_at(["e"])["e"].domains == ("e.example",)


def test_a_contact_that_is_two_people_is_refused_and_both_are_named(directory: Directory, written: Written) -> None:
    directory.enter_contact(ContactRecord(id="con_0000000a", address="a@acme.example"))
    directory.enter_contact(ContactRecord(id="con_0000000b", phone="13800138000", address="b@acme.example"))

    done, refused = enter_contacts(
        directory,
        written(
            "name,address,phone,company\nA,a@acme.example,138 0013 8000,\nC,c@acme.example,138 0013 8000,\n"
            "D,d@acme.example,,Nowhere Ltd\nE,,,\nF,no address,,\n"
        ),
    )

    assert done == {"rejected": 5}
    assert [(one.line, one.column) for one in refused] == [
        (2, "phone"),
        (3, "phone"),
        (4, "company"),
        (5, ""),
        (6, "address"),
    ]
    assert "con_0000000a" in refused[0].why
    assert "con_0000000b" in refused[0].why


def test_a_company_that_is_two_is_refused(directory: Directory, written: Written) -> None:
    enter_companies(directory)

    _, (refused,) = enter_companies(directory, written("name,domains\nNorthwind Outdoor,huaxing-retail.example\n"))

    assert (refused.line, refused.column) == (2, "name")
    assert "merge them" in refused.why


def test_a_spreadsheets_own_encoding_is_read(tmp_path: Path, directory: Directory) -> None:
    path = tmp_path / "contacts.csv"
    path.write_bytes("name,phone\n赵六,13700137000\n".encode("gb18030"))

    assert enter_contacts(directory, path) == ({"entered": 1}, [])
    known = directory.contact_at("13700137000")
    assert known is not None
    assert known.name == "赵六"


def test_a_line_may_hold_line_breaks_and_is_counted_by_its_first(written: Written) -> None:
    rows = list(read_rows(written('name,phone\n"A\nB",13700137000\n"C\nD",x\nE,y\n'), ContactRow))

    assert [row.row.name for row in rows if isinstance(row, Line)] == ["A B"]
    assert [row.rejected.line for row in rows if isinstance(row, BadLine)] == [4, 6]


@pytest.mark.parametrize(
    "content",
    [
        "name;phone;\n赵六;13700137000;\n".encode("utf-8-sig"),
        "NAME,Phone,\n赵六,13700137000,,\n,,\n\n".encode("utf-16"),
        "name\tphone\r\n赵六\t13700137000".encode("utf-16-le"),
        "sep=;\r\n Name ; PHONE\r\n赵六;13700137000\r\n".encode("gb18030"),
        '\n"name","phone"\r"赵六\u202e","13700137000"\r'.encode(),
    ],
    ids=["semicolons", "utf-16", "tabs, no mark", "gb18030", "old line ends"],
)
def test_whatever_a_spreadsheet_writes_is_read(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "contacts.csv"
    path.write_bytes(content)

    (line,) = read_rows(path, ContactRow)

    assert isinstance(line, Line)
    assert (line.row.name, line.row.phone) == ("赵六", "13700137000")


def test_a_quotation_mark_that_is_never_closed_costs_its_own_line_only(directory: Directory, written: Written) -> None:
    path = written('name,phone\nA,13700137001\n"B,13700137002\nC,13700137003\n"D" x,13700137004\nE,13700137005\n')

    done, refused = enter_contacts(directory, path)

    assert done == {"entered": 3, "rejected": 2}
    assert [(one.line, one.why) for one in refused] == [
        (3, 'a quotation mark (") is opened in this line and never closed'),
        (5, 'text follows a closing quotation mark; inside a cell it is written twice ("")'),
    ]


def test_every_reason_is_plain(directory: Directory, written: Written) -> None:
    _, companies = enter_companies(
        directory,
        written(
            "name,Account Manager,domains,language,tags,tier\n,x,,,,\nA,nobody,,,,\nB,,no domain,,,\nC,,,klingon,,\n"
            "D,,,,a#b,\nE,,,,,Gold\nF,,,,,,,surplus\n\u200b,,,,a,\n"
        ),
    )
    _, contacts = enter_contacts(directory, written("address,phone,name\nx@y,,\n,12,\n,,A\n"))

    assert [(one.line, one.column, one.why) for one in [*companies, *contacts]] == [
        (2, "name", "the name is missing"),
        (3, "account_manager", "nobody is called nobody"),
        (4, "domains", '"no" is no domain such as acme.example'),
        (5, "language", '"klingon" is no language of the desk: zh, en'),
        (6, "tags", '"a#b" is no tag: one word of at most 40 characters without #'),
        (7, "tier", "gold is none of the desk's tiers: standard, vip"),
        (8, "", '"surplus" stands under no heading'),
        (9, "name", "a name has 1 to 120 characters that can be seen"),
        (2, "address", '"x@y" is no e-mail address'),
        (3, "phone", '"12" is no phone number'),
        (4, "", "an address or a phone number is needed"),
    ]


@given(st.lists(st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=8), max_size=5), max_size=8))
def test_whatever_is_in_a_file_every_line_is_a_row_or_a_reason(
    tmp_path_factory: pytest.TempPathFactory, table: list[list[str]]
) -> None:
    path = tmp_path_factory.mktemp("csv") / "contacts.csv"
    text = "".join(f"{','.join(cells)}\n" for cells in table)
    path.write_text(f"name,phone,address\n{text}", encoding="utf-8", newline="")

    numbers = [row.number if isinstance(row, Line) else row.rejected.line for row in read_rows(path, ContactRow)]

    assert numbers == sorted(set(numbers))
    assert all(1 < number <= 1 + len(text.splitlines()) + text.count("\r") for number in numbers)


def test_a_written_list_is_read_back_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "contacts.csv"
    names = ['王"芳"', "Ann, Lee", "a;b", "x\ty"]
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([("name", "phone"), *((name, "13700137000") for name in names)])

    read = [row.row.name for row in read_rows(path, ContactRow) if isinstance(row, Line)]

    assert read == ['王"芳"', "Ann, Lee", "a;b", "x y"]


@pytest.mark.parametrize("content", [b"", b"company,colour\nx,y\n", b"\xff\xfe\x00", b"name,name\n", b"\xff\xff\xff"])
def test_a_file_that_is_no_list_of_companies_is_refused_in_a_sentence(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "companies.csv"
    file.write_bytes(content)

    with pytest.raises(Failure):
        list(read_rows(file, CompanyRow, required="name"))


def test_a_long_file_is_not_kept_in_memory(tmp_path: Path) -> None:
    path = tmp_path / "contacts.csv"
    with path.open("w", encoding="utf-8") as file:
        file.write("name,address\n")
        file.writelines(f"客户{number},c{number}@acme.example\n" for number in range(20_000))
    tracemalloc.start()
    try:
        lines = sum(1 for _ in read_rows(path, ContactRow))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert lines == 20_000
    assert peak < 3_000_000


def test_the_commands_import_report_and_merge(
    dynamodb: Any, directory: Directory, written: Written, tmp_path: Path
) -> None:
    s3 = boto3.client("s3")
    s3.create_bucket(Bucket=BLOBS)
    ConfigStore(dynamodb, s3, table=TABLE, bucket=BLOBS, desk=DESK).publish(
        default_config(), author="test", note="", now=NOON
    )
    where, report = ["--table", TABLE, "--bucket", BLOBS], tmp_path / "rejected.csv"

    def run(*command: str) -> tuple[int, str]:
        done = CliRunner().invoke(app, [*command, *where])
        assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
        return done.exit_code, done.stdout

    assert run("company", "import", str(SAMPLES / "companies.csv"))[0] == 0
    code, said = run(
        "contact", "import", str(written("address\na@b.example\nc@d.example\nx\n")), "--report", str(report)
    )
    assert (code, "2 entered, 0 changed, 0 as they were, 1 line rejected." in said) == (1, True)
    assert report.read_text(encoding="utf-8-sig").splitlines()[1].startswith("4,address,")

    code, said = run("contact", "merge", "a@b.example", "c@d.example")
    merged = directory.contact_at("a@b.example")
    assert code == 0
    assert merged is not None
    assert merged == directory.contact_at("c@d.example")
    assert run("contact", "merge", merged.merged[0], merged.id, "--undo")[0] == 0
    assert directory.contact_at("a@b.example") != directory.contact_at("c@d.example")

    assert run("company", "merge", "云杉软件", "northwind-outdoor.example")[0] == 0
    _, company = directory.recognise(Caller(address="a@yunshan-soft.example"))
    assert company is not None
    assert company.name == "Northwind Outdoor"
