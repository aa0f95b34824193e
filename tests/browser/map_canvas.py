"""What the canvases of a map hold."""

from __future__ import annotations

INK = """(pane) => [...map.getPane(pane).querySelectorAll("canvas")].reduce((ink, canvas) => {
    const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
    for (let i = 3; i < data.length; i += 4) ink += data[i] > 0;
    return ink;
}, 0)"""


def wait_for_ink(watched, pane, *, above):
    """Wait until more than ``above`` pixels of a pane's canvases are not transparent."""
    watched.map_frame.wait_for_function(f"([pane, above]) => ({INK})(pane) > above", arg=[pane, above])
