"""Looking into finished releases: one row's story, two releases side by side, samples."""
