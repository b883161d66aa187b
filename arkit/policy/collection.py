"""The stages of collection, and how the worklist is ranked."""

from collections.abc import Mapping
from functools import cache
from typing import Annotated, ClassVar

import msgspec
from msgspec import UNSET, Meta, UnsetType

from arkit.errors import PolicyError
from arkit.policy.categories import LeastAmount, Name, Share, Worded, require_different
from arkit.resources import resource
from arkit.settings import Settings


class Stage(Worded, frozen=True, kw_only=True):
    """A stage of collection (dunning level). Its sentence is the next step that it asks for.

    Parameters
    ----------
    from_days
        The days past due from which it counts.
    channel, owner
        By what means, and whose task it is.
    """

    room: ClassVar = "collection"
    from_days: Annotated[int, Meta(ge=1)]
    channel: str
    owner: str


class Proportion(Settings, frozen=True, kw_only=True):
    """The amount and share of the balance, old enough for it, that a stage and those after it need to be collected."""

    stage: Name
    least_amount: LeastAmount = 0.0
    least_share: Share = 0.0


class AgeWeight(Settings, frozen=True, kw_only=True):
    """How much an amount counts in the worklist from a number of days past due on."""

    from_days: Annotated[int, Meta(ge=0)]
    weight: Share


BY_AGE = tuple(AgeWeight(from_days=days, weight=each) for days, each in ((0, 0.25), (15, 0.5), (31, 0.75), (61, 1.0)))


class CollectionPolicy(Settings, frozen=True, kw_only=True):
    """The stages of collection, in rising order of days, and how the worklist is ranked.

    Parameters
    ----------
    stages
        The stages.
    weights
        How much of an amount counts by its age, in rising order of days; by default those that come with arkit.
    held_by
        The kinds of flags that hold an amount back: it is shown, and neither asked for nor ranked.
    due_soon_days
        What falls due within so many days is shown beside what is past due.
    grace_days
        What is past due for so many days or fewer is not asked for: it is on its way.
    skipped_items, skipped_items_of_amount
        An invoice was left out, and is clarified, where so many that fell due after it are paid, or so many that are
        worth as much as what is asked for.
    recent_days, recent_gaps
        A customer pays whose last payment is no longer ago than the larger of these days and so many usual gaps.
    few_items
        A call about no more items than these is one to clarify them, where later ones are paid.
    short_paid_share, short_paid_items, short_share
        Short payments: so many invoices, each paid by this share or more, that are this share of what is asked for.
        They are settled with sales, and no stage follows from their age.
    old_credit_days
        Credits on account are named from this age on.
    full_limit_use
        Above this use of the credit limit new deliveries are to be held.
    stopped_by, stopped_stage
        Rules of categories that say that payments have stopped, and the stage that follows at least.
    broken_stage
        The stage that follows at least where a promise was broken.
    insurer_notice_days, claim_after_days
        Days past due within which an insurer is to be told, where they are known, and after which a claim is filed.
    consent_from
        The stage from which on insured debt needs the consent of the insurer.
    apply_first_share
        Where cash and credits on account leave no more than this share of what is past due, applying them is the step;
        where they are this share of it, it is the first one.
    in_proportion
        Which stages need an amount and a share of the balance; by default those that come with arkit.
    share_of_stage
        A stage is reached when this share of what is past due and undisputed is as old: a forgotten cent is no lawsuit.
    latest_stage
        Category to the last stage that its customers are taken to without a person's decision.

    Raises
    ------
    PolicyError
        The days do not rise, a latest stage is not one of the stages, or a value is impossible.

    Examples
    --------
    >>> default_stages().names[:3]
    ('reminder', 'letter', 'call')
    """

    name: str
    stages: Annotated[tuple[Stage, ...], Meta(min_length=1)]
    share_of_stage: Annotated[float, Meta(gt=0, le=1)] = 0.2
    latest_stage: dict[str, str] = msgspec.field(default_factory=dict)
    weights: Annotated[tuple[AgeWeight, ...], Meta(min_length=1)] = BY_AGE
    held_by: tuple[Name, ...] = ("dispute", "promise", "plan")
    due_soon_days: Annotated[int, Meta(ge=0)] = 14
    apply_first_share: Share = 0.1
    grace_days: Annotated[int, Meta(ge=0)] = 3
    skipped_items: Annotated[int, Meta(ge=1)] = 3
    skipped_items_of_amount: Annotated[int, Meta(ge=1)] = 2
    recent_days: Annotated[int, Meta(ge=0)] = 30
    recent_gaps: Annotated[float, Meta(ge=0)] = 2.0
    few_items: Annotated[int, Meta(ge=0)] = 2
    short_paid_share: Share = 0.5
    short_paid_items: Annotated[int, Meta(ge=1)] = 5
    short_share: Share = 0.3
    old_credit_days: Annotated[int, Meta(ge=0)] = 60
    full_limit_use: Annotated[float, Meta(ge=0)] = 1.0
    stopped_by: tuple[Name, ...] = ("stopped paying", "payments have stopped")
    stopped_stage: str = "call"
    broken_stage: str = "call"
    insurer_notice_days: Annotated[int, Meta(ge=0)] | None = None
    claim_after_days: Annotated[int, Meta(ge=0)] = 180
    consent_from: str = "agency"
    in_proportion: tuple[Proportion, ...] | UnsetType = UNSET

    def __post_init__(self) -> None:
        super().__post_init__()
        for rising in (self.stages, self.weights):
            days = [each.from_days for each in rising]
            if days != sorted(set(days)):
                raise PolicyError(f"from_days must rise, found {days}")
        for each in self.in_proportion or ():
            self._require_stage(each.stage, "stage of in_proportion")
        require_different(list(self.names), "stages")
        # For its refusals alone.
        self.latest_of({})

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the stages, the mildest first."""
        return tuple(stage.name for stage in self.stages)

    @property
    def proportions(self) -> tuple[Proportion, ...]:
        """For each stage that needs an amount and a share its own: what is stated of it, or of the last one before."""
        stated = default_stages().in_proportion if self.in_proportion is UNSET else self.in_proportion
        of_stage = {each.stage: each for each in stated or ()}
        found: list[Proportion] = []
        for name in self.names:
            if name in of_stage or found:
                found.append(msgspec.structs.replace(of_stage.get(name) or found[-1], stage=name))
        return tuple(found)

    def place_of(self, name: str) -> int:
        """The place of a stage among the stages; after the last one where there is no such stage."""
        return self.names.index(name) if name in self.names else len(self.names)

    def _require_stage(self, name: str, what: str) -> None:
        if name not in self.names:
            stages = ", ".join(self.names)
            raise PolicyError(f"the {what} is {name!r}, which is not one of the stages: {stages}")

    def latest_of(self, limits: Mapping[str, str]) -> dict[str, int]:
        """Category to the place of its last stage: the earlier one of that stated here and that among the limits.

        Raises
        ------
        PolicyError
            A limit is not one of the stages.
        """
        found: dict[str, int] = {}
        for category, latest in [*self.latest_stage.items(), *limits.items()]:
            self._require_stage(latest, f"latest_stage of {category!r}")
            found[category] = min(found.get(category, len(self.names)), self.names.index(latest))
        return found


@cache
def default_stages() -> CollectionPolicy:
    """The stages that come with arkit."""
    return CollectionPolicy.load(resource("templates/policies/collection.toml"))
