"""The catalogue of the second bank: 216 products, 20 branches, 12 currencies, each in three languages.

Everything is text. Amounts are prose (``HK$1,000``), times have no zone, absence is ``N/A``.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

Record = dict[str, Any]

LANGUAGES = ("en-US", "zh-TW", "zh-CN")
SITE = "https://www.lotus-bank.example"
PER_PATH = 24

Words = tuple[str, str, str]

PRODUCTS: dict[str, Words] = {
    "/deposits/product/savings/v1": ("Savings Account", "儲蓄賬戶", "储蓄账户"),
    "/deposits/product/current/v1": ("Current Account", "往來賬戶", "往来账户"),
    "/deposits/product/timedeposit/v1": ("Time Deposit", "定期存款賬戶", "定期存款账户"),
    "/deposits/product/fca/v1": ("Foreign Currency Account", "外幣賬戶", "外币账户"),
    "/creditcard/product/card/v1": ("Credit Card", "信用卡優惠", "信用卡优惠"),
    "/loans/product/mortgage/v1": ("Mortgage", "樓宇按揭貸款", "楼宇按揭贷款"),
    "/loans/product/personal/v1": ("Personal Loan", "私人貸款", "私人贷款"),
    "/loans/product/secured/v1": ("Secured Loan", "抵押貸款", "抵押贷款"),
    "/others/safebox/v1": ("Safe Deposit Box", "保管箱服務", "保管箱服务"),
}
SERIES: tuple[Words, ...] = (
    ("Lotus", "蓮花", "莲花"),
    ("Orchid", "蘭花", "兰花"),
    ("Plum", "梅樹", "梅树"),
    ("Dragon", "飛龍", "飞龙"),
    ("Phoenix", "鳳凰", "凤凰"),
    ("Horse", "駿馬", "骏马"),
)
GRADES: tuple[Words, ...] = (
    ("Classic", "經典", "经典"),
    ("Premium", "優越", "优越"),
    ("Student", "學生", "学生"),
    ("Family", "家庭關愛", "家庭关爱"),
)
DISTRICTS: tuple[Words, ...] = (
    ("Central", "中環", "中环"),
    ("Wan Chai", "灣仔", "湾仔"),
    ("Kwun Tong", "觀塘", "观塘"),
    ("Sha Tin", "沙田區", "沙田区"),
    ("Tsuen Wan", "荃灣", "荃湾"),
)
STREETS: tuple[Words, ...] = (
    ("Lotus Road", "蓮花路", "莲花路"),
    ("Bank Street", "銀行街", "银行街"),
    ("Market Lane", "市場里東段", "市场里东段"),
    ("Garden Way", "花園徑", "花园径"),
)
RATES = {
    "USD": ("7.7620", "7.8090"), "CNY": ("1.0720", "1.0890"), "EUR": ("8.3210", "8.4470"),
    "GBP": ("9.7810", "9.9260"), "JPY": ("0.05120", "0.05260"), "AUD": ("5.0720", "5.1610"),
    "CAD": ("5.6010", "5.6880"), "CHF": ("8.8120", "8.9430"), "SGD": ("5.8110", "5.8970"),
    "NZD": ("4.6020", "4.6900"), "THB": ("0.2280", "0.2350"), "SEK": ("0.7420", "0.7590"),
}  # fmt: skip


def products(path: str) -> list[Record]:
    """The records of one catalogue path, the languages of each product side by side."""
    records = []
    prefix = path.split("/")[3][:3].upper() if "product" in path else "BOX"
    for number in range(PER_PATH):
        series, grade = SERIES[number % len(SERIES)], GRADES[number // len(SERIES)]
        for index, language in enumerate(LANGUAGES):
            record = {
                "language": language,
                "productid": f"{prefix}{number + 1:03}",
                "productname": f"{series[index]}{' ' if index == 0 else ''}{grade[index]}"
                f"{' ' if index == 0 else ''}{PRODUCTS[path][index]}",
                "productleafleturl": f"{SITE}/{language}/{number + 1}.pdf",
                "tncurl": f"{SITE}/{language}/terms.pdf",
                "applicationurl": f"{SITE}/{language}/apply",
                "launchdate": "20250102",
                "lastupdatetime": "2025/06/02 09:00:00",
            }
            records.append(record | _facts(path, number, index))
    return records


def _facts(path: str, number: int, index: int) -> Record:
    """What a product of a path has besides its name."""
    thousand = 1000 * (number + 1)
    fee = ("Monthly fee", "每月服務費", "每月服务费")[index]
    if path == "/others/safebox/v1":
        branch = branches()[3 * (number % 20) + index]
        return {
            "address": branch["Address"],
            "district": branch["Area"],
            "boxsize": ("Small box", "細箱的尺寸為標準", "小箱的尺寸为标准")[index],
            "annualrental": f"HK${500 + 10 * number:,}",
            "telephone": branch["Telephone"],
        }
    if path.startswith("/deposits/"):
        foreign = path.endswith("fca/v1")
        return {
            "currency": "USD, EUR, JPY" if foreign else "HKD",
            "minagereq": "18",
            "minaccopenbalance": "N/A" if number % 3 == 0 else f"HK${thousand:,}",
            "interestdepositfrequency": "Semi-annual",
            "depositperiod": f"{3 + number % 4} months" if path.endswith("timedeposit/v1") else "N/A",
            "tier1from": "HK$0",
            "tier1to": "HK$100,000",
            "tier1rate": f"0.{125 + number}% p.a.",
            "tier2from": "HK$100,000",
            "tier2to": "N/A",
            "tier2rate": f"0.{250 + number}% p.a.",
            "servicefeename": fee,
            "servicefee": f"HK${50 + number}",
        }
    if path.startswith("/creditcard/"):
        return {
            "schemename": ("Visa", "Mastercard", "UnionPay")[number % 3],
            "cardtype": ("Rewards card", "獎賞信用卡", "奖赏信用卡")[index],
            "minannualsalaryreq": (
                f"HK${96_000 + thousand:,}",
                f"港幣{96_000 + thousand:,}元",
                f"港币{96_000 + thousand:,}元",
            )[index],
            "annualfeehkd": "N/A" if number % 4 == 0 else f"{300 + 20 * number:,}",
            "retailspendingapr": f"{30 + number % 5}.{10 + number}%",
            "cashadvanceapr": f"{32 + number % 5}.{10 + number}%",
            "interestfreedays": "56",
            "cardimgurl": f"{SITE}/images/{number + 1}.png",
            "rewarddesc": ("One point for every dollar", "每消費一元可獲一分", "每消费一元可获一分")[index],
            "minagereq": "18",
        }
    return {
        "interestrate": f"{2 + number % 5}.{10 + number}% p.a.",
        "apr": f"{3 + number % 5}.{10 + number}%",
        "minloanamount": f"HK${10 * thousand:,}",
        "maxloanamount": f"HK${200 * thousand:,}",
        "mintenormonths": "6",
        "maxtenormonths": str(60 + 12 * (number % 5)),
        "ratetype": "Variable",
        "repaymentfrequency": "Monthly",
        "handlingfeename": fee,
        "handlingfee": f"HK${100 + number}",
    }


def branches() -> list[Record]:
    """The branches, as a bare list."""
    records = []
    for number in range(20):
        district, street = DISTRICTS[number % len(DISTRICTS)], STREETS[number // len(DISTRICTS)]
        for index, language in enumerate(LANGUAGES):
            name = (
                f"{district[0]} {street[0]} Branch",
                f"{district[1]}{street[1]}分行",
                f"{district[2]}{street[2]}分行",
            )
            address = (
                f"{number + 1} {street[0]}, {district[0]}",
                f"{district[1]}{street[1]}{number + 1}號",
                f"{district[2]}{street[2]}{number + 1}号",
            )
            records.append(
                {
                    "lang": language,
                    "BranchName": name[index],
                    "Area": district[index],
                    "Address": address[index],
                    "Telephone": f"(852) 2160 {1000 + number}",
                    "BranchServices": ("Cash, Foreign notes", "現金存款, 外幣兌換", "现金存款, 外币兑换")[
                        index
                    ],
                    "WealthManagementCentre": "Y" if number % 2 else "N",
                    "Latitude": f"22.{2800 + 31 * number}",
                    "Longitude": f"114.{1500 + 17 * number}",
                    "OpeningHoursMonToFri": "9:00 - 17:00",
                    "OpeningHoursSat": "9:00 - 13:00" if number % 5 else "N/A",
                }
            )
    return records


def rates(now: float) -> list[Record]:
    """The exchange rates, set five minutes before ``now`` (seconds since 1970), in Hong Kong time."""
    moment = datetime.fromtimestamp(now, UTC) + timedelta(hours=8) - timedelta(minutes=5)
    return [
        {
            "lang": language,
            "ExchangeCode": f"{currency}/HKD",
            "BankBuy": buy,
            "BankSell": sell,
            "LastUpdateTime": moment.strftime("%Y%m%d%H%M00"),
        }
        for currency, (buy, sell) in RATES.items()
        for language in LANGUAGES
    ]
