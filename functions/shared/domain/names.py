"""How the name of a person or a company may be spelled in running text, Chinese and Latin."""

import re
from collections.abc import Iterator

_CJK = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
_IS_CJK = re.compile(f"[{_CJK}]")
_ALL_CJK = re.compile(f"[{_CJK}·]+")

_TWO_CHARACTER_SURNAMES = re.compile("欧阳|上官|司马|司徒|诸葛|皇甫|尉迟|公孙|慕容|令狐|长孙|宇文|夏侯|东方|南宫|端木")
_TITLES = "先生|女士|小姐|老师|经理|总监|总|工|主任|主管|会计|同学|博士|医生|教授"
_LATIN_TITLES = frozenset({"mr", "mrs", "ms", "miss", "dr", "prof", "sir", "madam"})

_LEGAL_FORMS = re.compile(
    r"(?:有限责任公司|股份有限公司|有限公司|股份公司|集团公司|总公司|分公司|公司|集团|厂|事务所|商行|合作社|中心)+$"
)
_TRADES = re.compile(
    r"(?:科技|信息|技术|网络|软件|电子|商务|贸易|商贸|实业|发展|服务|咨询|管理|投资|控股|国际|工程|制造|传媒|文化"
    r"|物流|供应链|医疗|生物|药业|食品|教育|智能|数据|数码|通信|能源|环保|建设|材料|机械|设备|系统)+$"
)
_PLACES = re.compile(
    r"^(?:中国|北京|上海|天津|重庆|广东|广州|深圳|东莞|佛山|珠海|浙江|杭州|宁波|温州|江苏|南京|苏州|无锡|常州|南通|山东"
    r"|济南|青岛|烟台|四川|成都|湖北|武汉|湖南|长沙|福建|福州|厦门|泉州|河南|郑州|河北|石家庄|陕西|西安|辽宁|沈阳|大连"
    r"|安徽|合肥|江西|南昌|广西|南宁|云南|昆明|贵州|贵阳|山西|太原|吉林|长春|黑龙江|哈尔滨|海南|海口|甘肃|兰州|新疆|内蒙古"
    r"|宁夏|青海|西藏|香港|澳门|台湾|台北)+(?:省|市|区|县)?"
)
_LATIN_FORMS = re.compile(
    r"(?:[\s,]+(?:co|corp|corporation|company|inc|incorporated|llc|llp|ltd|limited|plc|gmbh|ag|kg|sa|sas|sarl|srl|bv|nv"
    r"|oy|ab|as|aps|pty|pte|sdn|bhd|kk|holdings?|group|international)\b\.?)+$",
    re.IGNORECASE,
)


def person_spellings(name: str) -> Iterator[re.Pattern[str]]:
    """Patterns that find `name`: whole, in parts, by surname and title (`张伟`, `张先生`, `小张`; `Ann Lee`, `Lee`)."""
    name = " ".join(name.split())
    if _ALL_CJK.fullmatch(name):
        if len(name) < 2:
            return
        yield re.compile(re.escape(name))
        surname = name[:2] if _TWO_CHARACTER_SURNAMES.match(name) and len(name) > 2 else name[:1]
        given = name.removeprefix(surname)
        if len(given) > 1:
            yield re.compile(re.escape(given))
        surname = re.escape(surname)
        # `小程序` is a mini-programme, whatever the customer's surname.
        yield re.compile(
            f"{surname}(?:{_TITLES})|(?<![大最])[小老]{surname}(?:(?=[的说在和与及处那来去给])|(?![{_CJK}]))"
        )
        return
    yield from _whole(name)
    for part in re.split(r"[\s,.]+", name):
        # Only as it is written: `Page` the person goes, the page of a report stays.
        if len(part) > 1 and part.casefold() not in _LATIN_TITLES and part != part.lower() and not _ALL_CJK.match(part):
            yield _bounded(part, 0)


def company_spellings(name: str) -> Iterator[re.Pattern[str]]:
    """Patterns that find `name`, also without place, trade or form: `上海云帆科技有限公司`, `云帆科技`, `云帆`."""
    name = " ".join(name.split())
    yield from _whole(name)
    if _IS_CJK.search(name):
        without_form = _LEGAL_FORMS.sub("", name)
        without_place = _PLACES.sub("", without_form)
        for shorter in (without_form, without_place, _TRADES.sub("", without_place)):
            if len(shorter) > 1 and shorter != name:
                yield re.compile(re.escape(shorter), re.IGNORECASE)
    elif len(shorter := _LATIN_FORMS.sub("", name)) > 2 and shorter != name:
        yield _bounded(shorter, re.IGNORECASE)


def _whole(name: str) -> Iterator[re.Pattern[str]]:
    if len(name) > 1:
        yield _bounded(name, re.IGNORECASE)


def _bounded(name: str, flags: int) -> re.Pattern[str]:
    """`name` as words of its own; Chinese around it does not count as the same word."""
    words = r"\s+".join(re.escape(word) for word in name.split(" "))
    before = "(?<![0-9A-Za-z_\u00c0-\u024f])" if not _IS_CJK.match(name) else ""
    after = "(?![0-9A-Za-z_\u00c0-\u024f])" if not _IS_CJK.match(name[-1]) else ""
    return re.compile(before + words + after, flags)
