"""Which script a text is written in: Latin, Traditional Chinese or Simplified Chinese.

The two Chinese scripts share most of their characters; the table holds pairs that are common in banking and
written differently, each a traditional character and its simplified form.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from conformance.document import pointer
from conformance.model import Resource
from conformance.row import Row

PAIRS = """
    銀银 賬账 帳账 戶户 幣币 貸贷 儲储 匯汇 兌兑 歐欧 鎊镑 圓圆 個个 險险 證证 債债 貴贵 機机 構构 網网
    際际 電电 話话 線线 號号 區区 樓楼 層层 廣广 場场 東东 灣湾 鑼锣 龍龙 環环 馬马 龜龟 觀观 鄉乡 門门
    關关 開开 閉闭 時时 間间 週周 節节 額额 費费 務务 業业 產产 資资 財财 貨货 購购 買买 賣卖 贈赠 賞赏
    獎奖 積积 點点 優优 條条 約约 細细 則则 規规 標标 準准 適适 齡龄 歲岁 長长 滿满 萬万 億亿 與与 為为
    於于 從从 還还 這这 來来 過过 進进 遠远 達达 運运 選选 遞递 請请 諮咨 詢询 訊讯 設设 記记 許许 認认
    談谈 調调 議议 讀读 變变 護护 計计 訂订 訪访 評评 試试 詳详 誤误 說说 課课 謝谢 識识 譽誉 負负 責责
    賺赚 質质 賴赖 軟软 轉转 輕轻 較较 輸输 辦办 農农 連连 遲迟 郵邮 釋释 針针 鈔钞 鋪铺 錄录 錢钱 鎖锁
    鐘钟 鐵铁 閱阅 陸陆 陽阳 隊队 階阶 隨随 雙双 雜杂 離离 難难 雲云 靈灵 響响 頁页 項项 順顺 須须 預预
    領领 頭头 題题 顧顾 顯显 風风 飛飞 飲饮 館馆 驗验 體体 鬆松 魚鱼 鮮鲜 黃黄 齊齐 學学 實实 寫写 寶宝
    專专 將将 對对 導导 歸归 師师 帶带 幫帮 庫库 應应 廳厅 張张 強强 彈弹 徵征 態态 慮虑 憑凭 戰战 擇择
    據据 擊击 擔担 攜携 數数 斷断 曆历 會会 書书 極极 榮荣 樂乐 樣样 橋桥 檢检 權权 歡欢 歷历 殘残 決决
    減减 測测 溫温 滙汇 漢汉 潛潜 無无 熱热 獨独 獲获 現现 異异 當当 發发 盡尽 監监 盤盘 確确 碼码 禮礼
    種种 稱称 穩稳 筆笔 簡简 簽签 紅红 級级 納纳 紐纽 紙纸 終终 組组 結结 給给 統统 維维 緊紧 練练 總总
    績绩 織织 繳缴 續续 聯联 聲声 職职 聽听 臨临 舊旧 興兴 艙舱 華华 葉叶 藍蓝 處处 虛虚 蘇苏 補补 裝装
    製制 複复 見见 視视 親亲 覽览 觸触 車车 軌轨 載载 醫医 僅仅 價价 備备 傳传 償偿 兒儿 內内 別别 剛刚
    創创 動动 勞劳 勢势 勝胜 協协 單单 卻却 參参 員员 問问 啟启 圍围 國国 園园 圖图 團团 報报 壓压 壞坏
    壽寿 夠够 夾夹 嚴严 繼继 屬属 島岛 岡冈 幾几 廠厂 後后 復复 愛爱 懷怀 戲戏 換换 揀拣 損损 採采 撥拨
"""
TRADITIONAL = frozenset(pair[0] for pair in PAIRS.split())
SIMPLIFIED = frozenset(pair[1] for pair in PAIRS.split()) - frozenset("后云松制征于准几采周复叶咨夹冈")
"""Simplified forms that no text in traditional characters has; those that it may have are left out."""

HAN = re.compile("[\u3400-\u4dbf\u4e00-\u9fff\U00020000-\U0002ffff]")
LATIN = re.compile("[A-Za-z]")


def words_of(row: Row, resource: Resource | None) -> Iterator[tuple[str, str]]:
    """The texts of a row that are written in a language, each with its JSON Pointer in the row."""
    for path in resource.text if resource is not None else ():
        yield from _follow(row.value, tuple(path.split(".")), ())


def traditional_count(text: str) -> int:
    """The characters that only traditional texts have."""
    return sum(character in TRADITIONAL for character in text)


def simplified_count(text: str) -> int:
    """The characters that only simplified texts have."""
    return sum(character in SIMPLIFIED for character in text)


def _follow(node: Any, names: tuple[str, ...], parts: tuple[str | int, ...]) -> Iterator[tuple[str, str]]:
    if isinstance(node, list):
        for index, element in enumerate(node):
            yield from _follow(element, names, (*parts, index))
    elif isinstance(node, str) and not names:
        yield pointer(parts), node
    elif isinstance(node, Mapping) and names and names[0] in node:
        yield from _follow(node[names[0]], names[1:], (*parts, names[0]))
