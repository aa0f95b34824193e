"""What the canvases of a map hold."""

from __future__ import annotations


def canvas_ink(watched, pane):
    """Return how many pixels of a pane's canvases are not transparent."""
    return watched.map_frame.evaluate(
        """(pane) => [...map.getPane(pane).querySelectorAll("canvas")].reduce((ink, canvas) => {
            const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
            for (let i = 3; i < data.length; i += 4) ink += data[i] > 0;
            return ink;
        }, 0)""",
        pane,
    )
