"""The state of an installation as a table for a terminal."""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from control import health
from control.panel import Installation
from control.service import Service, running

HEADINGS = ("服务", "进程号", "地址", "状态", "已运行")


@dataclass(frozen=True)
class Line:
    """One service: `is_well` says whether it does its work."""

    title: str
    pid: str
    url: str
    state: str
    uptime: str
    is_well: bool


def lines(room: Installation, wanted: Sequence[Service]) -> list[Line]:
    """Ask every service how it is."""
    return [_line(room, service) for service in wanted]


def _line(room: Installation, service: Service) -> Line:
    process = running(room, service.name)
    if process is None:
        return Line(service.title, "-", service.url or "-", "未运行", "-", is_well=False)
    is_well = health.is_well(room, service, process)
    state = "正常" if is_well else "无应答"
    return Line(
        service.title, str(process.pid), service.url or "-", state, uptime(process.uptime_seconds), is_well
    )


def table(found: Sequence[Line]) -> str:
    """Set lines out in columns; a Chinese character is two columns wide."""
    rows = [HEADINGS, *((line.title, line.pid, line.url, line.state, line.uptime) for line in found)]
    widths = [max(map(_width, column)) for column in zip(*rows, strict=True)]
    return "\n".join(
        "  ".join(
            cell + " " * (width - _width(cell)) for cell, width in zip(row, widths, strict=True)
        ).rstrip()
        for row in rows
    )


def uptime(seconds: float) -> str:
    """Say a duration in its two largest units."""
    minutes, hours, days = int(seconds // 60), int(seconds // 3600), int(seconds // 86400)
    if days:
        return f"{days} 天 {hours % 24} 小时"
    if hours:
        return f"{hours} 小时 {minutes % 60} 分"
    return f"{minutes} 分 {int(seconds) % 60} 秒"


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in text)
