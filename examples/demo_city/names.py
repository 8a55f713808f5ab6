"""Names of schools and people, plausible and made up. What the named things are like is in city.py."""

import itertools
from collections.abc import Iterator
from random import Random

_TOWNS = """
清溪 柳林 石桥 青山 白云 龙泉 太平 永安 金沙 双河 槐树 望湖
东岭 梅园 古渡 长岭 红旗 新丰 桃源 南塘 官庄 大河 福兴 马营
"""
_VILLAGES = """
杨家庄 李家洼 王官屯 前营 后营 大柳树 三里河 张家沟 刘家台 陈家坡
赵家湾 孙家集 周家店 吴家堡 小河沿 北沟 南坡 西岗 东洼 上庄
"""
_ROADS = """
文汇 育才 建设 人民 和平 光明 新华 学府 滨湖 胜利 朝阳 府前
长江 黄河 泰山 青年 健康 向阳 友谊 中心 康乐 兴业 书院 文昌
"""
_GIVEN = """
伟 芳 娜 敏 静 丽 强 磊 军 洋 勇 艳 杰 娟 涛 明 超 霞 平 刚 建华 志强 秀英 桂兰 晓东 海燕
文静 国栋 子涵 雨桐 浩然 欣怡 宇轩 梓萱 思远 佳琪 一诺 俊杰 雅婷 晨曦 博文 若溪 嘉怡 天佑
"""
TOWNS = tuple(_TOWNS.split())
VILLAGES = tuple(_VILLAGES.split())
ROADS = tuple(_ROADS.split())
SURNAMES = tuple("王李张刘陈杨赵黄周吴徐孙马朱胡郭何高林罗郑梁谢宋唐许邓冯韩曹曾彭肖田董潘袁蔡")
GIVEN = tuple(_GIVEN.split())
RARE_GIVEN = ("䶮", "㛃", "𬱖", "𬭎", "子㬊", "𠮷祥")

NameSource = Iterator[str]


def person_name(rng: Random) -> str:
    """Return a common name that belongs to nobody in particular."""
    return rng.choice(SURNAMES) + rng.choice(GIVEN)


def pupil_name(rng: Random) -> str:
    """Return a pupil's name; one in two hundred holds a character outside GB2312, as registers do."""
    if rng.random() < 0.005:
        return rng.choice(SURNAMES) + rng.choice(RARE_GIVEN)
    return person_name(rng)


def chinese_number(number: int) -> str:
    """Write 1 to 999 in Chinese numerals.

    >>> [chinese_number(n) for n in (1, 10, 11, 20, 105, 110, 230)]
    ['一', '十', '十一', '二十', '一百零五', '一百一十', '二百三十']
    """
    digits = "零一二三四五六七八九"
    hundreds, rest = divmod(number, 100)
    tens, ones = divmod(rest, 10)
    words = f"{digits[hundreds]}百" if hundreds else ""
    if tens:
        words += "十" if tens == 1 and not hundreds else f"{digits[tens]}十"
    elif hundreds and ones:
        words += "零"
    return words + (digits[ones] if ones else "")


def school_names(school_type: str, location: str) -> NameSource:
    """Yield names without their district for one kind of school, never the same twice."""
    if school_type == "teaching-point":
        return _rural("教学点")
    kind = {"primary-school": "小学", "junior-school": "中学", "nine-year-school": "学校"}[school_type]
    if location == "urban":
        return _urban(kind)
    return _town(kind) if location == "town" else _rural(kind)


def _urban(kind: str) -> NameSource:
    yield f"实验{kind}"
    for number in itertools.count(1):
        if kind != "学校":
            yield f"第{chinese_number(number)}{kind}"
        elif number > len(ROADS):
            yield f"第{chinese_number(number)}九年一贯制学校"
        if number <= len(ROADS):
            yield f"{ROADS[number - 1]}路{kind}"


def _town(kind: str) -> NameSource:
    first = {"小学": "中心小学", "中学": "初级中学", "学校": "九年一贯制学校"}[kind]
    yield from (f"{town}镇{first}" for town in TOWNS)
    for number in itertools.count(2):
        yield from (f"{town}镇第{chinese_number(number)}{kind}" for town in TOWNS)


def _rural(kind: str) -> NameSource:
    for turn in range(len(VILLAGES)):
        for position, town in enumerate(TOWNS):
            yield f"{town}镇{VILLAGES[(turn + position) % len(VILLAGES)]}{kind}"
