"""The report's colours, for screens light and dark; told apart by people with any colour vision.

Series colours follow M. Okabe and K. Ito, "Color Universal Design" (2008), with the first ones
lightened for dark pages; ``band`` colours differ in lightness alone.
"""

LIGHT = {
    "paper": "#ffffff",
    "raised": "#f6f8fa",
    "ink": "#1b2430",
    "soft": "#586474",
    "line": "#dde2e9",
    "link": "#0a5a9c",
    "kept": "#0072b2",
    "dropped": "#e08a00",
    "bad": "#3b4048",
    "bar": "#4a7fb5",
    "gone": "#ffdfb0",
    "come": "#cfe6fa",
    "series1": "#0072b2",
    "series2": "#e69f00",
    "series3": "#009e73",
    "series4": "#cc79a7",
    "series5": "#56b4e9",
    "series6": "#8a4b00",
    "band1": "#f7cf95",
    "band2": "#e08a1e",
    "band3": "#8a4600",
}

DARK = {
    "paper": "#12161c",
    "raised": "#1b212a",
    "ink": "#e8ecf1",
    "soft": "#a3afbd",
    "line": "#323b47",
    "link": "#86c1f5",
    "kept": "#4aa5e8",
    "dropped": "#f0a93b",
    "bad": "#d9dee5",
    "bar": "#6f9fd0",
    "gone": "#5c3f0c",
    "come": "#153f63",
    "series1": "#4aa5e8",
    "series2": "#e69f00",
    "series3": "#1fbd8f",
    "series4": "#e08fbd",
    "series5": "#a5d8f7",
    "series6": "#b3702a",
    "band1": "#6b4414",
    "band2": "#d98a2b",
    "band3": "#ffd9a3",
}

SERIES = [f"series{number}" for number in range(1, 7)]
BANDS = ["band1", "band2", "band3"]


def css_variables(colours: dict[str, str]) -> str:
    """Give the colours as CSS custom properties."""
    return " ".join(f"--{name}: {value};" for name, value in colours.items())
