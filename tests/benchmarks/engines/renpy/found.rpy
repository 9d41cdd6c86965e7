# Run once the pictures of the game are known: writes what each looks like, and ends.
init 1999 python:
    def report_pictures():
        import json
        import os
        import pygame_sdl2
        folder = os.environ["SHOWN"]
        images = {}
        for name in renpy.list_images():
            shown = renpy.get_registered_image(name)
            if hasattr(shown, "filename"):
                images[name] = "%d.png" % len(images)
                pygame_sdl2.image.save(shown.load(True), os.path.join(folder, images[name]))
        found = {"program": renpy.version(), "images": images}
        with open(os.path.join(folder, "found.json"), "w") as file:
            json.dump(found, file)
    report_pictures()
    renpy.quit()
