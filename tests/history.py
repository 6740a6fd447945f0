"""A desk's past made up for tests: reports of some kinds in both languages, with what people made of them."""

import random
from collections.abc import Iterator

from functions.shared.domain.learning import Solved

KINDS = {
    "finance": (
        "billing",
        "P3",
        [
            "请开专票",
            "发票抬头写错了",
            "合同盖章版什么时候寄",
            "invoice has a wrong VAT number",
            "please send the invoice",
        ],
    ),
    "data-reports": (
        "data-reports",
        "P2",
        ["报表一直转圈", "看板没有数据", "导出的表格少一列", "the dashboard stays empty", "report shows wrong totals"],
    ),
    "engineering": (
        "api",
        "P1",
        ["接口返回 500", "回调收不到", "数据库连接超时", "the webhook never arrives", "API answers with a timeout"],
    ),
    "first-line": (
        "login",
        "P3",
        [
            "忘记密码怎么办",
            "验证码收不到短信",
            "怎么修改头像",
            "cannot sign in with my password",
            "how do I change my avatar",
        ],
    ),
}
FILLER = [
    "您好",
    "麻烦看一下",
    "谢谢",
    "从今天早上开始",
    "比较急",
    "hello",
    "since this morning",
    "thank you",
    "please help",
]


def past(number: int, *, noise: float = 0.05, seed: int = 7) -> Iterator[Solved]:
    """So many solved tickets; `noise` is the share that people put elsewhere."""
    chance = random.Random(seed)
    for at in range(number):
        _, _, reports = KINDS[kind := chance.choice(list(KINDS))]
        said = [chance.choice(reports), *chance.sample(FILLER, 2)]
        title, *rest = said
        team = chance.choice(list(KINDS)) if chance.random() < noise else kind
        module, priority, _ = KINDS[team]
        yield Solved(
            id=f"tkt_{at:08d}", text=f"{title}\n{'，'.join(rest)}", team=team, module=module, priority=priority
        )
