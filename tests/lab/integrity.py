"""What the integrity screen catches, and how often it asks without cause: `python -m tests.lab.integrity`.

200 simulated terms of 400 schools. Each term is screened clean, then with five schools for each kind of fraud.
Thresholds are those of `expectations/integrity.yaml`; the page records seeds and sizes.
"""

from pathlib import Path

import numpy as np
import pandas as pd

from inspection.check.integrity import Figures, Screen, load_screen, screen

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "lab" / "integrity.md"
FIRST_SEED, TERMS, SCHOOLS, PLANTED = 20260301, 200, 400, 5
COUNTS = [
    "student_count",
    "tested_count",
    "pass_count",
    "good_count",
    "screened_count",
    "myopia_count",
    "boarder_count",
    "club_count",
    "library_count",
]
RATES = ["homework_rate", "sports_rate", "arts_rate"]
AMOUNTS = ["spending_yuan", "library_count"]
SPOT_CHECKED = 40
LOOKED_AT = {
    "copied-term": COUNTS,
    "identical-vectors": COUNTS,
    "heaped-digits": COUNTS,
    "impossible-precision": [f"{name}=student_count" for name in RATES],
    "implausible-jump": RATES,
    "above-spot-check": ["sports_rate=sports_spot_rate"],
    "unit-slip": AMOUNTS,
    "ghost-students": ["schools.student_count=student_count"],
    "ghost-teachers": ["schools.teacher_count=teacher_count"],
}
"""By check of `expectations/integrity.yaml`, the simulated columns that stand for those it names."""


def policy() -> Screen:
    """Return the bureau's screen, looking at the simulated columns."""
    own = load_screen(ROOT / "expectations")
    assert own
    checks = [check.model_copy(update={"figures": tuple(LOOKED_AT[check.id])}) for check in own.checks]
    return own.model_copy(update={"checks": tuple(checks)})


def term(rng: np.random.Generator) -> Figures:
    """Simulate a clean term and the one before: schools differ lastingly, and a little by chance."""
    size = np.round(np.exp(rng.normal(6.2, 0.6, SCHOOLS))).clip(60, 3_000)
    lasting = {name: rng.normal(0, 1, SCHOOLS) for name in [*COUNTS, *RATES, *AMOUNTS]}
    before = _figures(rng, np.round(size * np.exp(rng.normal(0, 0.04, SCHOOLS))), lasting)
    now = _figures(rng, size, lasting)
    real = now["sports_rate"].to_numpy() / 100
    now["sports_spot_rate:count"] = float(SPOT_CHECKED)
    now["sports_spot_rate:number"] = rng.binomial(SPOT_CHECKED, real).astype(float)
    pupils = now["student_count"].to_numpy()
    teachers = np.round(pupils / 14) + 3
    now["teacher_count"] = teachers
    # What is listed of a later day: a few have come, a few have left.
    schools = pd.DataFrame(
        {
            "school_code": now["school_code"],
            "stages": "primary",
            "student_count": pupils + rng.binomial(pupils.astype(int), 0.012),
            "teacher_count": teachers + rng.binomial(teachers.astype(int), 0.012),
        }
    )
    return Figures(now, before, schools)


def _figures(rng: np.random.Generator, size: np.ndarray, lasting: dict[str, np.ndarray]) -> pd.DataFrame:
    def share(name: str, centre: float, spread: float) -> np.ndarray:
        odds = centre + spread * lasting[name] + rng.normal(0, 0.15, SCHOOLS)
        return 1 / (1 + np.exp(-odds))

    def counted(whole: np.ndarray, name: str, centre: float, spread: float = 0.4) -> np.ndarray:
        return rng.binomial(whole.astype(int), share(name, centre, spread)).astype(float)

    tested = counted(size, "tested_count", 3.5)
    passed = counted(tested, "pass_count", 2.8)
    screened = counted(size, "screened_count", 3.5)
    frame = {
        "school_code": [f"37990{number:05d}" for number in range(SCHOOLS)],
        "stage": "primary",
        "student_count": size,
        "tested_count": tested,
        "pass_count": passed,
        "good_count": np.minimum(passed, counted(tested, "good_count", 0.2)),
        "screened_count": screened,
        "myopia_count": counted(screened, "myopia_count", -0.4),
        "boarder_count": counted(size, "boarder_count", -1.0),
        "club_count": counted(size, "club_count", 0.5),
        "library_count": np.round(
            size * np.exp(3 + 0.3 * lasting["library_count"] + rng.normal(0, 0.05, SCHOOLS))
        ),
        "spending_yuan": np.round(
            size * np.exp(6.5 + 0.4 * lasting["spending_yuan"] + rng.normal(0, 0.1, SCHOOLS))
        ),
    }
    for name, centre in zip(RATES, (2.0, 1.6, 1.4), strict=True):
        frame[name] = np.round(100 * counted(size, name, centre) / size, 2)
        frame[f"{name}:count"] = size
    return pd.DataFrame(frame)


def spoil(figures: Figures, rng: np.random.Generator) -> tuple[Figures, dict[str, set[str]]]:
    """Plant each kind of fraud in schools of its own; return the figures and which schools are which."""
    now, schools = figures.now.copy(), figures.schools.copy()
    names = list(LOOKED_AT)
    chosen = rng.permutation(SCHOOLS)[: (len(names) + 1) * PLANTED].reshape(-1, PLANTED)
    rows = dict(zip([*names, "models"], chosen, strict=True))
    own = [*COUNTS, "spending_yuan"]

    def put(kind: str, columns: list[str], values: np.ndarray) -> None:
        now.loc[rows[kind], columns] = values

    put("copied-term", own, figures.before.loc[rows["copied-term"], own].to_numpy())
    put("identical-vectors", own, figures.now.loc[rows["models"], own].to_numpy())
    heaped = figures.now.loc[rows["heaped-digits"], COUNTS].to_numpy()
    put("heaped-digits", COUNTS, np.round(heaped / 5) * 5)
    put("impossible-precision", RATES, np.round(rng.uniform(80, 99, (PLANTED, len(RATES))), 2))
    jumped = figures.now.loc[rows["implausible-jump"], RATES].to_numpy() / 100
    jumped = 1 / (1 + (1 - jumped) / jumped * np.exp(-rng.uniform(1.5, 3, (PLANTED, 1))))
    whole = figures.now.loc[rows["implausible-jump"], ["student_count"]].to_numpy()
    put("implausible-jump", RATES, np.round(100 * np.round(jumped * whole) / whole, 2))
    scales = rng.choice([1e-4, 1e4], (PLANTED, 1))
    put(
        "unit-slip",
        ["spending_yuan"],
        figures.now.loc[rows["unit-slip"], ["spending_yuan"]].to_numpy() * scales,
    )
    true_rate = now.loc[rows["above-spot-check"], "sports_rate"].to_numpy() - rng.uniform(25, 45, PLANTED)
    passed = rng.binomial(SPOT_CHECKED, true_rate / 100).astype(float)
    now.loc[rows["above-spot-check"], "sports_spot_rate:number"] = passed
    for kind, column, least in (
        ("ghost-students", "student_count", 20),
        ("ghost-teachers", "teacher_count", 4),
    ):
        told = now.loc[rows[kind], column].to_numpy()
        more = np.round(np.maximum(told * rng.uniform(0.1, 0.25, PLANTED), least))
        schools.loc[rows[kind], column] = told + more
    codes = now["school_code"]
    return Figures(now, figures.before, schools), {kind: set(codes[rows[kind]]) for kind in names}


def measure(terms: int = TERMS) -> pd.DataFrame:
    """Return, for each check, how many planted schools were caught and how many clean ones were asked."""
    rules = policy()
    caught, asked, looked = (dict.fromkeys([c.id for c in rules.checks], 0) for _ in range(3))
    asked_schools = 0
    for seed in range(FIRST_SEED, FIRST_SEED + terms):
        rng = np.random.default_rng(seed)
        clean = term(rng)
        signals, looked_at = screen(clean, rules)
        asked_schools += signals["school_code"].nunique()
        for check_id, count in looked_at.items():
            looked[check_id] += count
            asked[check_id] += int((signals["check_id"] == check_id).sum())
        figures, planted = spoil(clean, rng)
        signals, _ = screen(figures, rules)
        for check in rules.checks:
            told = set(signals.loc[signals["check_id"] == check.id, "school_code"])
            caught[check.id] += len(told & planted[check.id])
    rows = [
        {
            "check": check.id,
            "title": check.title,
            "statistic": check.statistic,
            "threshold": check.threshold,
            "caught": caught[check.id],
            "planted": PLANTED * terms,
            "asked": asked[check.id],
            "looked": looked[check.id],
        }
        for check in rules.checks
    ]
    found = pd.DataFrame(rows)
    found.attrs["any"] = asked_schools / (SCHOOLS * terms)
    return found


def page(found: pd.DataFrame) -> str:
    """Return the page."""
    lines = [
        "# The integrity screen: what it catches, how often it asks without cause",
        "",
        "Made by `python -m tests.lab.integrity`. "
        f"{TERMS} simulated terms of {SCHOOLS} schools, seeds {FIRST_SEED} to {FIRST_SEED + TERMS - 1}; each is "
        f"screened clean, then with {PLANTED} schools for each kind of fraud. Thresholds are those of "
        "`expectations/integrity.yaml`. A signal asks for evidence; it is no finding.",
        "",
        "| Check | 提示事项 | 统计量 | Threshold | Caught | Power, % | Asked without cause | False-alarm rate, % |",
        "|---|---|---|---|---|---|---|---|",
    ]
    lines += [
        f"| `{row.check}` | {row.title} | {row.statistic} | {row.threshold:g} | {row.caught} of {row.planted} "
        f"| {100 * row.caught / row.planted:.1f} | {row.asked} of {row.looked} "
        f"| {100 * row.asked / max(row.looked, 1):.3f} |"
        for row in found.itertuples()
    ]
    lines += [
        "",
        f"Of clean schools {100 * found.attrs['any']:.3f} % are asked about anything at all in a term.",
        "",
        "How fraud is simulated:",
        "",
        "- copied term: all counts of the term before; identical vectors: all counts of another school;",
        "- heaped digits: every count rounded to a multiple of five; impossible precision: three rates with two "
        "decimals made up freely;",
        "- implausible jump: odds of three rates multiplied by 4.5 to 20, in whole pupils; unit slip: one amount in "
        "元 for 万元 or the other way round;",
        f"- above spot checks: of {SPOT_CHECKED} pupils tested on site, 25 to 45 points fewer pass than reported; "
        "ghosts: 10 to 25 % more pupils (at least 20) or teachers (at least 4) on the roster than are reported "
        "elsewhere, where by chance 1.2 % more are listed.",
        "",
        "What it does not see: an invention that keeps the size of last term's figure, uses all final digits and "
        "counts whole pupils. For that there are visits.",
        "",
    ]
    return "\n".join(lines)


def main() -> None:
    """Simulate, and write the page."""
    PAGE.parent.mkdir(parents=True, exist_ok=True)
    PAGE.write_text(page(measure()), encoding="utf-8")


if __name__ == "__main__":
    main()
