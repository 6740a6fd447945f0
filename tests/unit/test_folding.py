"""Folding: what texts have in common when rules compare them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.shared.domain.folding import Keyword, fold
from functions.shared.domain.han import TO_SIMPLIFIED
from ops import han_table


def test_the_table_is_what_the_dictionaries_give():
    assert han_table.TABLE.read_text(encoding="utf-8") == han_table.source()


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("請開發票", "请开发票"),
        ("系統無法訪問，資料庫當機", "系统无法访问,资料库当机"),
        ("乾淨的頭髮", "干净的头发"),
        ("接著說", "接着说"),
        ("回覆", "回复"),
        ("瞭解", "了解"),
        ("臺灣、台灣", "台湾、台湾"),
        ("衞生", "卫生"),
        ("ＶＡＴ　發票", "vat 发票"),
    ],
)
def test_traditional_and_simplified_are_one(one, other):
    assert fold(one) == fold(other)


WORDS_OF_BOTH_SCRIPTS = (
    "帳單/账单 賬單/账单 帳單/帐单 對帳單/对账单 帳號/账号 帳戶/账户 入帳/入账 黏貼/粘贴 "
    "拉鍊/拉链 供應鏈/供应链 提煉/提炼 餘額/余额 馀额/余额 裡面/里面 裏面/里面 颱風/台风 "
    "櫃檯/柜台 平臺/平台 後臺/后台 乾燥/干燥 幹部/干部 干擾/干扰 出發/出发 頭髮/头发 "
    "麵包/面包 恢復/恢复 重複/重复 回覆/回复 系統/系统 關係/关系 聯繫/联系 沖洗/冲洗 "
    "衝突/冲突 製造/制造 週期/周期 周邊/周边 唸書/念书 委託/委托 採購/采购 慾望/欲望 "
    "佔用/占用 發佈/发布 計劃/计划 計畫/计划 瞭解/了解 備註/备注 註銷/注销 嚮導/向导 "
    "退貨單/退货单 運費險/运费险 發票擡頭/发票抬头 統一編號/统一编号 專用發票/专用发票 "
    "維修單/维修单 換貨/换货 螢幕/萤幕 鬆動/松动 諮詢/咨询 僅此一隻/仅此一只 準時/准时 "
    "簽收/签收 標籤/标签 歷史/历史 日曆/日历 分鐘/分钟 範圍/范围 彙總/汇总 匯款/汇款 "
    "網線/网线 啟動/启动 啓動/启动 汙漬/污渍 併單/并单 升級/升级 昇級/升级 舖貨/铺货 "
    "店鋪/店铺 姊姊/姐姐 妳好/你好 門鎖/门锁 充電樁/充电桩 髒污/脏污 盡快/尽快 儘快/尽快 "
    "儲值/储值 徵信/征信 獲獎/获奖 傢具/家具 裝置/装置 群組/群组 羣組/群组 臨櫃/临柜 "
    "滙款/汇款 曬單/晒单 閒置/闲置 閑置/闲置 僱用/雇用 遊戲/游戏 週末/周末 複製/复制 "
    "瓷磚/瓷砖 隨身碟/随身碟 檔案/档案 線上/线上 "
)


@pytest.mark.parametrize("pair", WORDS_OF_BOTH_SCRIPTS.split())
def test_the_words_of_an_after_sales_desk_are_found_in_both_scripts(pair: str):
    traditional, simplified = pair.split("/")

    assert Keyword.of(fold(simplified)).occurs_in(fold(f"請問{traditional}的事"))
    assert Keyword.of(fold(traditional)).occurs_in(fold(f"请问{simplified}的事"))


@pytest.mark.parametrize("pair", ["做/作", "的/得", "购/构", "账/张"])
def test_characters_with_meanings_of_their_own_stay_apart(pair: str):
    one, other = pair.split("/")

    assert fold(one) != fold(other)


def test_a_regional_word_stays_another_word():
    assert fold("軟體") != fold("软件")


def test_simplified_text_stays_as_it_is():
    text = "发票开错了,请重新开具一张专票,后天以前寄到上海"

    assert fold(text) == text


@given(st.text() | st.text(alphabet=st.sampled_from(sorted(map(chr, TO_SIMPLIFIED)))))
def test_folding_twice_changes_nothing_more(text):
    assert fold(fold(text)) == fold(text)


@given(st.text(alphabet=st.characters(max_codepoint=127)))
def test_plain_letters_fold_as_all_letters_do(text):
    assert fold(text) == fold(f"{text} 发").removesuffix("发").rstrip()


def test_a_keyword_is_found_in_the_other_kind_of_chinese():
    assert Keyword.of(fold("发票")).occurs_in(fold("請開發票"))
    assert Keyword.of(fold("發票")).occurs_in(fold("请开发票"))
