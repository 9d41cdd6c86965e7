"""The disk: picture files, bundles, settings."""
