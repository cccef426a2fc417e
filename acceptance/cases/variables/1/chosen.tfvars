chosen = "file"
