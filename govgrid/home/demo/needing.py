"""The demo's needs: some open, some claimed, some done and thanked for; told by the actions.

Who could help is whoever :func:`members.matching.match` names, as on the page; nobody is made up here.
"""

from __future__ import annotations

from typing import NamedTuple
from uuid import NAMESPACE_URL, uuid5

from govgrid.accounts.models import User
from govgrid.core import clock
from govgrid.home.demo.deliberating import Round
from grids.models import Area, Level
from members import actions, matching
from members.actions import Asking
from members.models import Claim, Member, Need, Specialty


class Story(NamedTuple):
    """``until``: how far it went: open, claimed, accepted, served or confirmed."""

    ago: int
    by: str
    title: str
    body: str
    field: str
    until: str
    minutes: int = 0
    score: int = 0
    thanks: str = ""


STORIES = (
    Story(
        40, "community", "营盘社区法律咨询夜", "想请律师来社区讲一讲劳动合同和借条，周三晚上七点。",
        "劳动法", "confirmed", 120, 5, "讲得明白，来的人都说有用。",
    ),
    Story(
        33, "resident", "业委会账目怎么看", "公共收益的账想请懂财务的人帮着看一遍。",
        "财务", "confirmed", 90, 5, "一条一条讲清楚了。",
    ),
    Story(
        27, "community", "楼道堆物调解", "两户为楼道里的东西说不到一块，想请人从中说和。",
        "调解", "confirmed", 90, 4, "都肯让一步了。",
    ),
    Story(
        20, "resident", "花坛补种指导", "楼下花坛空了一半，种什么好活？", "园艺", "served", 60,
    ),
    Story(
        12, "community", "电梯加装答疑会", "三单元想加装电梯，请懂行的人来答疑。", "电梯", "accepted",
    ),
    Story(
        9, "resident", "合同到期怎么办", "合同下个月到期，单位没说续不续。", "劳动法", "claimed",
    ),
    Story(
        6, "community", "老人手机课", "周六上午在活动室教用手机挂号、缴费。", "信息技术", "open",
    ),
    Story(4, "resident", "小店商标怎么注册", "开了个小面馆，想注册商标。", "知识产权", "open"),
    Story(2, "community", "春联和少儿书法", "想请人带孩子们写春联，纸笔社区备。", "书法", "claimed"),
    Story(1, "resident", "外文说明书看不懂", "买的净水器只有外文说明。", "英语", "open"),
)  # fmt: skip
STEPS = ("open", "claimed", "accepted", "served", "confirmed")
PLANS = ("周三晚上七点，社区活动室。", "周末都可以，先电话约。")
GIFTS = (("大米 5 公斤", 12), ("洗衣液", 20), ("春联一副", 40))


def need(told: Round) -> None:
    """Where there are no members nothing can be matched, and nothing is told."""
    if not Member.objects.active().exists():
        return
    community = told.ground.first_community
    grids = list(community.children.in_force().filter(level=Level.GRID).order_by("code")[:4])
    for n, story in enumerate(STORIES):
        _tell(told, story, [community, *grids][n % (len(grids) + 1)], n)
    _gifts(told, community)


def _tell(told: Round, story: Story, area: Area, n: int) -> None:
    reached = STEPS.index(story.until)
    owner = told.people[story.by]
    with told.ago(story.ago):
        asking = Asking(
            client_id=uuid5(NAMESPACE_URL, f"demo need {n}"), title=story.title, body=story.body,
            area=area, specialty=_field(story.field), days=60,
        )  # fmt: skip
        asked, is_new = actions.ask(asking, by=owner)
    if reached == 0 or not is_new:
        return
    with told.ago(story.ago, hours=5):
        claims = _claims(asked, 2 if n % 2 == 0 else 1)
    if reached == 1 or not claims:
        return
    with told.ago(max(story.ago - 1, 0)):
        claim = actions.accept_claim(claims[0], by=owner)
    if reached == 2 or claim.member is None:
        return
    with told.ago(max(story.ago - 5, 0)):
        actions.report_service(claim, by=claim.member.user, minutes=story.minutes)
    if reached == 3:
        return
    with told.ago(max(story.ago - 6, 0)):
        actions.confirm_need(asked, by=owner, score=story.score, thanks=story.thanks)


def _field(name: str) -> Specialty | None:
    """By name or a piece of it: the tree is the roster's."""
    found = Specialty.objects.filter(is_offered=True, name__icontains=name)
    return found.order_by("code").first()


def _claims(asked: Need, most: int) -> list[Claim]:
    fitting = [one.member for one in matching.match(asked)[:most]]
    return [
        actions.claim_need(asked, by=member.user, plan=PLANS[n % len(PLANS)])
        for n, member in enumerate(fitting)
    ]


def _gifts(told: Round, community: Area) -> None:
    """On the shelf of the community, by the roster's administrator."""
    keeper = User.objects.get(username="roster")
    with told.ago(30):
        for name, left in GIFTS:
            actions.offer_gift(
                community, by=keeper, name=name, left=left, place="社区雷锋超市",
                about=f"凭本人打印的服务时长领取，{clock.today().year} 年",
            )  # fmt: skip
