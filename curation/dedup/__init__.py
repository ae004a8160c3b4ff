"""Near-duplicates: shingles, MinHash bands, exact comparison, clusters and signature indexes."""
