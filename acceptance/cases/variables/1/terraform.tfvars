text   = "first"
list   = [1, 2]
chosen = null
