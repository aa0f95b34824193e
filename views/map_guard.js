// Runs in the map's frame before anything else is loaded, from an address that needs no server.
// Says what is missing instead of leaving a blank, and lets the map take the window's height.
(function (settings) {
  "use strict";
  // The component loads its files one after the other; asked for at once, they are here in time.
  settings.files.forEach(function (url) {
    var link = document.createElement("link");
    link.rel = "preload";
    link.as = /\.css(\?|$)/.test(url) ? "style" : "script";
    link.href = url;
    document.head.appendChild(link);
  });

  function report(file) {
    var box = document.getElementById("map_div");
    if (!box || box.dataset.reported) return;
    box.dataset.reported = "yes";
    var note = document.createElement("p");
    note.setAttribute("role", "alert");
    note.style.cssText = "margin:0;padding:24px;font:16px/1.7 sans-serif;color:#8a2d10;background:#fff";
    note.textContent = settings.missing.replace("%FILE%", file);
    box.replaceChildren(note);
    document.documentElement.lang = settings.lang;
    if (window.Streamlit) window.Streamlit.setFrameHeight(Math.max(160, box.offsetHeight + 40));
  }
  window.addEventListener("error", function (event) {
    if (!/^(SCRIPT|LINK)$/.test(event.target.tagName || "")) return; // a lost tile is no lost map
    var from = event.target.src || event.target.href;
    if (from && from.indexOf("data:") !== 0) report(new URL(from).pathname.replace(/^.*\/app\/static\//, "static/"));
  }, true);

  if (!settings.fill || !window.Streamlit) return;
  var setHeight = window.Streamlit.setFrameHeight.bind(window.Streamlit);
  var least = null;
  function fill() {
    if (least !== null) setHeight(window.atlas && window.atlas.windowHeight ? window.atlas.windowHeight(least) : least);
  }
  // streamlit-folium asks for a fixed height on each update; that figure becomes the least height.
  window.Streamlit.setFrameHeight = function (height) {
    if (height === undefined) return setHeight();
    least = height;
    fill();
    window.setTimeout(fill, 1000); // the page above may still be taking its place
  };
  // A run of the page may have moved the frame up or down.
  window.addEventListener("message", function () { window.setTimeout(fill, 200); });
  var host = window.parent;
  host.addEventListener("resize", fill);
  window.addEventListener("pagehide", function () { host.removeEventListener("resize", fill); });
})(SETTINGS);
