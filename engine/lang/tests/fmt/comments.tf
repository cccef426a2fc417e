/* one
   two
     three */
# a
   # b
//c
locals { # opening
  # inside
      # deeper
  a = 1 # é
  éé = 2 # wide
  ccc = "日本" # cjk
  d = 1 /* x */ + /* y */ 2 /* z */
  e = [ /* a */ 1 /* b */, 2 ]
  f = 1
  # between
  gggggg = 2

  h = 1 # h
  # alone
  iiii = 1 # i
  /* start */ j = 1
  k /* mid */ = 1
  l = /* val */ 1
  m = 1 /* multi
  line */
  n = 2
} # closing
# end without newline
