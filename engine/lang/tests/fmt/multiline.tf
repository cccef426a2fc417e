locals {
  a = f(
  1,
      2
  )
  bbbbbb = f(1,
  2)
  c = [{
    a = 1
  }, {
  b = 2
  }]
  d = f([
  1, 2
  ], {
    a = 1 }
  )
  e = a ? {
    b = 1
  } : {
    c = 2 }
  ffff = 1
  g = (
    a &&
    b
  )
  h = [
    for x in y :
    {
      a = x
      bb= x
    }
    if x
  ]
  i = {
    # comment
    a = 1 # one
    bbb = 2 # two
    // three
    c = [1,
      2] # four
    d = 3
  }
  j = [ # first
    1, # one
    22, # two
    333
    # last
  ]
  k = {

    a = 1

    bb = 2

  }
  l = merge({ a = 1
  b = 2 }, {
  c = 3
  })
  m = f(g(h(
    1
  )))
  n = f(g(
    1
    ), h(
    2
  ))
}
