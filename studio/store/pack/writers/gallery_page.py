"""The page around the pictures of gallery.html: its look and the little it does. No picture is here."""

from __future__ import annotations

from string import Template

SPLIT = "<!-- pictures -->"
PAGE = Template("""<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy"
  content="default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>$title</title>
<style>
:root { color-scheme: light dark; --window: #f5f5f5; --panel: #fff; --text: #1d1d1d; --muted: #616161;
  --border: #cfcfcf; --accent: #3f5de0; --light: #fff; --dark: #e4e4e4; }
:root[data-theme="dark"] { color-scheme: dark; --window: #1c1c1c; --panel: #252525; --text: #ededed;
  --muted: #a6a6a6; --border: #3d3d3d; --accent: #8aa4ff; --light: #484848; --dark: #3c3c3c; }
:root[data-theme="light"] { color-scheme: light; }
@media (prefers-color-scheme: dark) { :root:not([data-theme="light"]) { --window: #1c1c1c; --panel: #252525;
  --text: #ededed; --muted: #a6a6a6; --border: #3d3d3d; --accent: #8aa4ff; --light: #484848;
  --dark: #3c3c3c; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--window); color: var(--text);
  font: 14px/1.45 Inter, system-ui, sans-serif; }
header { position: sticky; top: 0; z-index: 1; display: flex; flex-wrap: wrap; gap: 10px 16px;
  align-items: center; padding: 12px 24px; background: var(--panel); border-bottom: 1px solid var(--border); }
h1 { margin: 0; font-size: 20px; overflow-wrap: anywhere; }
#told { color: var(--muted); margin-right: auto; }
input, select, button { font: inherit; color: inherit; }
input, select, header button, dialog button { background: var(--window); border: 1px solid var(--border);
  border-radius: 6px; padding: 6px 10px; }
input { width: min(300px, 60vw); }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 1px; }
ul { list-style: none; margin: 0; padding: 20px 24px; display: grid; gap: 14px;
  grid-template-columns: repeat(auto-fill, minmax(132px, 1fr)); }
li { content-visibility: auto; contain-intrinsic-size: 140px 168px; }
li[hidden] { display: none; }
li button { width: 100%; padding: 0; border: 1px solid var(--border); border-radius: 8px; overflow: hidden;
  background: var(--panel); cursor: pointer; }
li button:hover { border-color: var(--accent); }
img { display: block; width: 100%; aspect-ratio: 1; object-fit: contain; padding: 6px; }
img, #large { background: conic-gradient(var(--dark) 25%, var(--light) 0 50%, var(--dark) 0 75%,
  var(--light) 0) 0 0 / 16px 16px; }
[data-ground="white"] img { background: #fff; } [data-ground="black"] img { background: #000; }
[data-ground="magenta"] img { background: #f0f; }
.pixel { image-rendering: pixelated; }
li span { display: block; padding: 5px 8px; font-size: 12px; color: var(--muted); white-space: nowrap;
  overflow: hidden; text-overflow: ellipsis; }
dialog { width: min(720px, 94vw); padding: 20px; border: 1px solid var(--border); border-radius: 12px;
  background: var(--panel); color: var(--text); }
dialog::backdrop { background: #0008; }
#view { display: grid; grid-template-columns: minmax(0, 1fr) minmax(0, 1fr); gap: 20px; }
@media (max-width: 560px) { #view { grid-template-columns: 1fr; } }
#large { border-radius: 8px; }
h2 { margin: 0 0 8px; font-size: 16px; overflow-wrap: anywhere; }
dl { margin: 0; display: grid; grid-template-columns: auto 1fr; gap: 4px 12px; }
dl[hidden] { display: none; }
dt { color: var(--muted); } dd { margin: 0; overflow-wrap: anywhere; }
#steps { display: flex; gap: 8px; margin-top: 18px; } #steps :last-child { margin-left: auto; }
#none { padding: 60px 24px; text-align: center; color: var(--muted); }
footer { padding: 4px 24px 32px; color: var(--muted); font-size: 12px; overflow-wrap: anywhere; }
footer p { margin: 4px 0; }
</style>
<header>
<h1>$title</h1><span id="told" role="status">$count pictures</span>
<input id="search" type="search" placeholder="Name, seed, model&#8230;" aria-label="Search the pictures">
<select id="ground" aria-label="Behind the pictures"><option value="">Checkerboard<option value="white">White
<option value="black">Black<option value="magenta">Magenta</select>
<button id="theme" type="button">Dark or light</button>
</header>
<ul id="pictures">
<!-- pictures -->
</ul>
<p id="none" hidden>No picture is called so. Search for a part of a name, a seed or a model.</p>
<dialog id="dialog" aria-labelledby="name"><div id="view"><img id="large" alt=""><div>
<h2 id="name"></h2><dl id="facts"></dl></div></div>
<div id="steps"><button type="button" id="before">Previous</button>
<button type="button" id="next">Next</button>
<button type="button" id="close">Close</button></div></dialog>
<footer>$licences<p>Packed for $target by Morpho Studio $version. This page is one file and asks the network
for nothing.</p></footer>
<script>
"use strict";
const at = (id) => document.getElementById(id);
const all = Array.from(at("pictures").children);
const many = (count) => count + (count === 1 ? " picture" : " pictures");
let shown = all, open = 0;
at("told").textContent = many(all.length);
at("search").addEventListener("input", () => {
  const words = at("search").value.toLowerCase().split(/\\s+/).filter(Boolean);
  shown = all.filter((item) => words.every((word) => item.dataset.words.includes(word)));
  const kept = new Set(shown);
  for (const item of all) item.hidden = !kept.has(item);
  at("told").textContent = words.length ? shown.length + " of " + many(all.length) : many(all.length);
  at("none").hidden = shown.length > 0;
});
at("ground").addEventListener("change", () => { document.body.dataset.ground = at("ground").value; });
at("theme").addEventListener("click", () => {
  const root = document.documentElement;
  const isDark = root.dataset.theme ? root.dataset.theme === "dark"
    : matchMedia("(prefers-color-scheme: dark)").matches;
  root.dataset.theme = isDark ? "light" : "dark";
});
const look = (place) => {
  if (!shown.length) return;
  open = (place + shown.length) % shown.length;
  const small = shown[open].querySelector("img");
  at("large").src = small.src;
  at("large").alt = small.alt;
  at("large").className = small.className;
  at("name").textContent = small.alt;
  at("facts").innerHTML = shown[open].querySelector("dl").innerHTML;
  if (!at("dialog").open) at("dialog").showModal();
};
at("pictures").addEventListener("click", (event) => {
  const item = event.target.closest("li");
  if (item) look(shown.indexOf(item));
});
at("before").addEventListener("click", () => look(open - 1));
at("next").addEventListener("click", () => look(open + 1));
at("close").addEventListener("click", () => at("dialog").close());
at("dialog").addEventListener("click", (event) => {
  if (event.target === at("dialog")) at("dialog").close();
});
at("dialog").addEventListener("keydown", (event) => {
  if (event.key === "ArrowRight") look(open + 1);
  if (event.key === "ArrowLeft") look(open - 1);
});
</script>
</html>
""")
