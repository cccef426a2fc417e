a {
  b=1
  cc = 2 # x
}
