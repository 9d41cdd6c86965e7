// What PixiJS's and Phaser's own parsers make of a pack. Run by engine_parsers.py: MODULES PARSER FOLDER.
import { readFileSync, readdirSync } from "fs";
import { createRequire } from "module";
import { resolve } from "path";

const [modules, kind, folder] = process.argv.slice(2);
const at = (path) => resolve(modules, "node_modules", path);
const described = readdirSync(folder)
  .filter((file) => file.endsWith(".json") && file !== "manifest.json")
  .map((file) => JSON.parse(readFileSync(`${folder}/${file}`, "utf8")));
let frames = 0;
const wrong = [];
const animations = {};

async function readByPixi(data) {
  const { Spritesheet } = await import(at("pixi.js/lib/spritesheet/Spritesheet.mjs"));
  const { Texture } = await import(at("pixi.js/lib/rendering/renderers/shared/texture/Texture.mjs"));
  const sources = "pixi.js/lib/rendering/renderers/shared/texture/sources/TextureSource.mjs";
  const { TextureSource } = await import(at(sources));
  const source = new TextureSource({ width: data.meta.size.w, height: data.meta.size.h });
  const sheet = new Spritesheet(new Texture({ source }), data);
  await sheet.parse();
  const scale = sheet.resolution;
  for (const [name, entry] of Object.entries(data.frames)) {
    frames++;
    const found = sheet.textures[name];
    const is = (box, wanted) => box.x * scale === wanted.x && box.y * scale === wanted.y
      && box.width * scale === wanted.w && box.height * scale === wanted.h;
    const isRight = found && is(found.frame, entry.frame)
      && found.orig.width * scale === entry.sourceSize.w && found.orig.height * scale === entry.sourceSize.h
      && (!entry.trimmed || is(found.trim, entry.spriteSourceSize))
      && (!entry.anchor || (found.defaultAnchor.x === entry.anchor.x && found.defaultAnchor.y === entry.anchor.y));
    if (!isRight) wrong.push(name);
  }
  for (const [name, list] of Object.entries(sheet.animations)) {
    const full = `${name}@${scale}x`;
    if (list.some((texture) => !texture)) wrong.push(`${full} lacks frames`);
    (animations[full] ??= []).push(list.length);
  }
}

function readByPhaser(data) {
  const file = kind === "phaser-hash" ? "JSONHash.js" : "JSONArray.js";
  const parse = createRequire(import.meta.url)(at(`phaser/src/textures/parsers/${file}`));
  for (const part of data.textures ?? [data]) {
    const size = part.size ?? part.meta.size;
    const found = {};
    const texture = {
      source: [{ width: size.w, height: size.h }],
      customData: {},
      add(name, _, x, y, w, h) {
        if (found[name]) wrong.push(`${name} twice`);
        found[name] = { x, y, w, h, customData: {}, updateUVsInverted() {},
          setTrim(w, h, x, y, inner, high) { this.trim = { w, h, x, y, inner, high }; } };
        return found[name];
      },
    };
    parse(texture, 0, part);
    const listed = Array.isArray(part.frames) ? part.frames
      : Object.entries(part.frames).map(([filename, entry]) => ({ filename, ...entry }));
    for (const entry of listed) {
      frames++;
      const one = found[entry.filename];
      const isRight = one && ["x", "y", "w", "h"].every((key) => one[key] === entry.frame[key])
        && (!entry.trimmed || (one.trim.w === entry.sourceSize.w && one.trim.h === entry.sourceSize.h
          && one.trim.x === entry.spriteSourceSize.x && one.trim.y === entry.spriteSourceSize.y
          && one.trim.inner === entry.spriteSourceSize.w && one.trim.high === entry.spriteSourceSize.h));
      if (!isRight) wrong.push(entry.filename);
    }
  }
}

for (const data of described) await (kind === "pixi" ? readByPixi(data) : readByPhaser(data));
const parts = Object.values(animations);
const whole = parts.filter((part) => part.length === 1 && part[0] === 22).length;
const told = kind === "pixi" ? `, ${whole} of ${parts.length} animations whole on one page` : "";
console.log(`  ${frames} frames, ${wrong.length} wrong${told}`);
if (wrong.length) { console.log(wrong.slice(0, 10)); process.exit(1); }
