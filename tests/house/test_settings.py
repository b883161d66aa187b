"""Settings stated in Python are checked like those of a file, and refused with the same words."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

import arkit as ar
from arkit.errors import LayoutError, PolicyError
from arkit.policy import Category, Limit, Rule, Stage, categories_of, default_rules, default_stages
from arkit.words.catalogue import ENGLISH, languages
from tests.house.test_words import CATALOGUES

STAGE = 'name = "x"\n[[stages]]\nname = "a"\nfrom_days = 1\nchannel = ""\nowner = ""\n'
RULE = 'name = "x"\n[[rules]]\nname = "r"\ncategory = "risky"\nwhen = [{ measure = "items", at_most = 1 }]\n'


def stage(name: str = "a", from_days: int = 1, **more: object) -> Stage:
    return Stage(name=name, from_days=from_days, channel="", owner="", **more)


def rule(category: str = "risky", **limit: object) -> Rule:
    return Rule(name="r", category=category, when=(Limit(**{"measure": "items", "at_most": 1, **limit}),))


@pytest.mark.parametrize(
    ("wrong", "error", "said"),
    [
        (
            lambda: ar.Policy(basis="documentdate"),
            PolicyError,
            "basis cannot be 'documentdate'; it is one of 'due_date'",
        ),
        (lambda: ar.Policy(day_zero="late"), PolicyError, "day_zero cannot be 'late'"),
        (lambda: ar.Policy(unapplied="netted"), PolicyError, "unapplied cannot be 'netted'"),
        (lambda: ar.Policy(edges=()), PolicyError, "edges needs at least one day"),
        (lambda: ar.Policy(edges=(30, 20)), PolicyError, "edges must rise"),
        (lambda: ar.Policy(edges=("30",)), PolicyError, "Expected `int`, got `str`"),
        (lambda: ar.Policy(cost_of_capital=8), PolicyError, "Expected `float` <= 1.0"),
        (lambda: ar.Layout(name="x", shape="foo"), LayoutError, "shape cannot be 'foo'"),
        (lambda: ar.Layout(name="x", date_order="ydm"), LayoutError, "date_order cannot be 'ydm'"),
    ],
)
def test_an_impossible_setting_is_refused(wrong: Callable[[], object], error: type[Exception], said: str) -> None:
    with pytest.raises(error, match=said):
        wrong()


@pytest.mark.parametrize(
    ("policy", "wrong", "in_toml", "said"),
    [
        (ar.Policy, lambda: ar.Policy(basis="x"), 'basis = "x"', "basis cannot be 'x'; it is one of 'due_date'"),
        (ar.Policy, lambda: ar.Policy(edges=(-1,)), "edges = [-1]", "Expected `int` >= 0"),
        (
            ar.CategoryPolicy,
            lambda: ar.CategoryPolicy(name="x", rules=(rule("vip"),)),
            RULE.replace("risky", "vip"),
            "the category of 'r' is 'vip', which is not listed: reliable, new, problem, risky",
        ),
        (
            ar.CategoryPolicy,
            lambda: ar.CategoryPolicy(name="x", otherwise="vip", rules=()),
            'name = "x"\notherwise = "vip"\nrules = []',
            "the category of 'otherwise' is 'vip', which is not listed",
        ),
        (
            ar.CategoryPolicy,
            lambda: ar.CategoryPolicy(name="x", categories=[Category(name="a"), Category(name="a")], rules=()),
            'name = "x"\nrules = []\ncategories = [{name = "a"}, {name = "a"}]',
            "the categories must have different names, found 'a' more than once",
        ),
        (ar.CategoryPolicy, lambda: rule(at_least=1), RULE.replace("at_most", "at_least = 1, at_most"), "give either"),
        (ar.CategoryPolicy, lambda: rule(at_most=None), RULE.replace(", at_most = 1", ""), "give either at_least or"),
        (
            ar.CategoryPolicy,
            lambda: ar.CategoryPolicy(name="x", categories=(), rules=()),
            'name = "x"\ncategories = []\nrules = []',
            "Expected `array` of length >= 1",
        ),
        (ar.CollectionPolicy, lambda: stage(from_days=0), STAGE.replace("= 1", "= 0"), "Expected `int` >= 1"),
        (ar.CollectionPolicy, lambda: stage(name=""), STAGE.replace('"a"', '""'), "Expected `str` of length >= 1"),
        (
            ar.CollectionPolicy,
            lambda: stage(say={"eng": "Go."}),
            STAGE + 'say = { eng = "Go." }',
            "say of 'a' has no language 'eng'; it may have en, ru, zh",
        ),
        (
            ar.CollectionPolicy,
            lambda: ar.CollectionPolicy(name="x", stages=(stage(), stage("b"))),
            STAGE + '[[stages]]\nname = "b"\nfrom_days = 1\nchannel = ""\nowner = ""\n',
            "from_days must rise, found [1, 1]",
        ),
        (
            ar.CollectionPolicy,
            lambda: ar.CollectionPolicy(name="x", stages=(stage(),), latest_stage={"reliable": "hug"}),
            'latest_stage = { reliable = "hug" }\n' + STAGE,
            "the latest_stage of 'reliable' is 'hug', which is not one of the stages: a",
        ),
        (
            ar.CollectionPolicy,
            lambda: ar.CollectionPolicy(name="x", stages=(stage(),), share_of_stage=1.5),
            "share_of_stage = 1.5\n" + STAGE,
            "Expected `float` <= 1.0",
        ),
    ],
)
def test_python_and_a_file_are_refused_with_the_same_words(
    policy: type[ar.Policy], wrong: Callable[[], object], in_toml: str, said: str, tmp_path: Path
) -> None:
    with pytest.raises(PolicyError) as of_python:
        wrong()
    file = tmp_path / "policy.toml"
    file.write_text(in_toml)
    with pytest.raises(PolicyError) as of_file:
        policy.load(file)
    assert said in str(of_python.value)
    assert said in str(of_file.value)


@pytest.mark.parametrize("language", languages())
def test_advice_is_complete_in_every_language(language: str) -> None:
    rooms = ("segmentation.", "collection.", "credit.", "cash.")
    expected = {key for key in CATALOGUES[ENGLISH] if key.startswith(rooms)}
    assert expected - set(CATALOGUES[language]) == set()
    bundled = [*default_rules().categories, *default_rules().rules, *default_stages().stages]
    assert {f"{one.room}.{type(one).__name__.lower()}.{one.name}" for one in bundled} <= expected


def test_a_list_in_python_is_what_a_file_has() -> None:
    assert ar.Policy(edges=[30, 60]) == ar.Policy(edges=(30, 60))


def test_the_earlier_key_of_a_limit_warns() -> None:
    with pytest.warns(FutureWarning, match="figure = 'items' is now called measure"):
        assert Limit(figure="items", at_most=2) == Limit(measure="items", at_most=2)


def test_a_file_of_the_first_release_is_read(tmp_path: Path) -> None:
    file = tmp_path / "categories.toml"
    file.write_text(RULE.replace("measure", "figure"))
    with pytest.warns(FutureWarning, match="figure"):
        read = ar.CategoryPolicy.load(file)
    assert (read.names, read.usual) == (("reliable", "new", "problem", "risky"), "reliable")


OWN = """
name = "ours"
edges = [30]

[segmentation]
name = "ours"
otherwise = "ordinary"

[[segmentation.categories]]
name = "vip"
latest_stage = "reminder"
say = { en = "The key account manager calls.", ru = "Звонит менеджер.", zh = "由大客户经理致电。" }

[[segmentation.categories]]
name = "ordinary"

[[segmentation.rules]]
name = "buys a lot"
category = "vip"
when = [{ measure = "items", at_least = 40 }]

[collection]
name = "ours"

[[collection.stages]]
name = "reminder"
from_days = 1
channel = "e-mail"
owner = "clerk"

[[collection.stages]]
name = "final notice"
from_days = 45
channel = "letter"
owner = "clerk"
say = { en = "Send the final notice.", ru = "Направить последнее уведомление." }
"""


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> ar.Policy:
    file = tmp_path_factory.mktemp("own") / "policy.toml"
    file.write_text(OWN)
    return ar.Policy.load(file)


def test_a_policy_has_the_bundled_categories_and_stages_unless_it_brings_its_own(own: ar.Policy) -> None:
    assert (ar.Policy().categories, ar.Policy().stages) == (default_rules(), default_stages())
    assert (own.categories.names, own.stages.names) == (("vip", "ordinary"), ("reminder", "final notice"))


def test_a_latest_stage_that_the_policy_does_not_have_is_refused(own: ar.Policy) -> None:
    vip = Category(name="vip", latest_stage="hug")
    with pytest.raises(PolicyError, match="'hug', which is not one of the stages"):
        ar.Policy(segmentation=ar.CategoryPolicy(name="x", categories=(vip,), rules=()))


def test_categories_and_stages_of_the_companys_own_go_through_page_and_dashboard(own: ar.Policy) -> None:
    from arkit.reports.customers import CustomersPage

    ledger = ar.sample_ledger()
    page = CustomersPage(ledger, day=ledger.covers[1], policy=own)
    assert set(page.categorised["category"]) == {"vip", "ordinary"}
    assert set(page.ranked["stage"].dropna()) == {"reminder", "final notice"}
    assert set(page.ranked.loc[page.ranked["category"] == "vip", "stage"].dropna()) == {"reminder"}
    assert categories_of(page.ranked) == ("vip", "ordinary")
    assert [trace.name for trace in page.segment_map().data] == ["vip", "ordinary"]
    assert [trace.name for trace in page.categories_over_time().data] == ["vip", "ordinary"]
    assert list(page.migration().data[0].x) == list(page.classes().data[0].x) == ["vip", "ordinary"]
    assert "ordinary" in page.headline().markup
    assert "vip" in page.categories().markup
    assert len(page.sheets()) == 7
