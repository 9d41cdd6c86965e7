# Loads every SpriteFrames of res://pack and draws each frame's texture as a game would, on one sheet.
# The page hears what was found as JSON: animations, and the sheet's pixels as a PNG.
extends Node

class PngLoader extends ResourceFormatLoader:
	# The editor imports PNGs before a game runs; there is no editor here.
	func _get_recognized_extensions() -> PackedStringArray:
		return PackedStringArray(["png"])

	func _handles_type(type: StringName) -> bool:
		return type == &"Texture2D" or type == &"ImageTexture"

	func _get_resource_type(path: String) -> String:
		return "ImageTexture" if path.get_extension() == "png" else ""

	func _load(path: String, _original: String, _threads: bool, _cache: int) -> Variant:
		var image := Image.new()
		var error := image.load_png_from_buffer(FileAccess.get_file_as_bytes(path))
		return ImageTexture.create_from_image(image) if error == OK else error


class Sheet extends Node2D:
	const SIDE := 2048
	var textures: Array[Texture2D] = []
	var places: Array[Rect2i] = []
	var at := Vector2i.ZERO
	var high := 0

	func place_of(texture: Texture2D) -> Rect2i:
		var known := textures.find(texture)
		if known >= 0:
			return places[known]
		var size := Vector2i(texture.get_size())
		if at.x + size.x > SIDE:
			at = Vector2i(0, at.y + high)
			high = 0
		textures.append(texture)
		places.append(Rect2i(at, size))
		at.x += size.x
		high = maxi(high, size.y)
		return places[-1]

	func _draw() -> void:
		for i in textures.size():
			draw_texture(textures[i], Vector2(places[i].position))


func _ready() -> void:
	ResourceLoader.add_resource_format_loader(PngLoader.new(), true)
	var view := SubViewport.new()
	view.size = Vector2i(Sheet.SIDE, Sheet.SIDE)
	view.transparent_bg = true
	view.render_target_update_mode = SubViewport.UPDATE_ALWAYS
	var shader := Shader.new()
	shader.code = "shader_type canvas_item; render_mode unshaded, blend_disabled;"
	var material := ShaderMaterial.new()
	material.shader = shader
	var sheet := Sheet.new()
	sheet.material = material
	sheet.texture_filter = CanvasItem.TEXTURE_FILTER_NEAREST
	add_child(view)
	view.add_child(sheet)
	var files := {}
	for file in DirAccess.get_files_at("res://pack"):
		if file.get_extension() == "tres":
			files[file] = animations_of(load("res://pack/" + file), sheet)
	for i in 4:
		await RenderingServer.frame_post_draw
	var pixels := view.get_texture().get_image()
	pixels.convert(Image.FORMAT_RGBA8)
	var found := {
		"engine": Engine.get_version_info().string,
		"files": files,
		"sheet": Marshalls.raw_to_base64(pixels.save_png_to_buffer()),
	}
	JavaScriptBridge.get_interface("window").reportText(JSON.stringify(found))


func animations_of(frames: Resource, sheet: Sheet) -> Variant:
	if not frames is SpriteFrames:
		return null
	var animations := {}
	for animation in frames.get_animation_names():
		var shown := []
		for i in frames.get_frame_count(animation):
			var place := sheet.place_of(frames.get_frame_texture(animation, i))
			shown.append({
				"box": [place.position.x, place.position.y, place.size.x, place.size.y],
				"duration": frames.get_frame_duration(animation, i),
			})
		animations[animation] = {
			"frames": shown,
			"fps": frames.get_animation_speed(animation),
			"loop": frames.get_animation_loop(animation),
		}
	return animations
