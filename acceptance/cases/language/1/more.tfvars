regions = {
  eu-west = { size = 3, labels = { continent = "Europe" } }
  us-east = { size = 1, tier = "gold" }
}
