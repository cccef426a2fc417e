locals {
  a=1+2*3-4/5%6
  b=-1
  c=- 1
  d=a - -b
  e=!a&&!b||c
  f=a==b?c:d
  g=a!=b ? c:- d
  h=(a+b)*c
  i=a[0].b["c"].*.d[*].e
  j=a . b . c
  k=f( a,b , c... )
  l=f()
  m=f( )
  n=[]
  o=[ ]
  p={}
  q={ }
  r={a=1}
  s={a=1,b=2}
  t=[for x in y:x]
  u=[for x in [1,2]:x if x>0]
  v={for k,v in m:k=>v...}
  w="${a}"
  x="${a}${b}"
  y="${ a } and ${ b }"
  z="${f("${a}")}"
  aa="%{ if a }b%{ else }c%{ endif }"
  ab="${~ a ~}"
  ac=provider :: x :: y(1)
  ad=a<b&&c>=d
  ae=[1][0]
  af=f(x)[0]
  ag=1-1
  ah=a-1
  ai=a -1
  aj=[-1,- 1]
  ak=f(-1)
  al=a?-1:-2
  am={a=-1}
  an="${-1}"
  ao=a.0.b
  ap=a.*.b
  aq=(-1)
  ar=a*-1
  as=[a]
  at=[[a],[b]]
  au=[{a=1},{b=2}]
  av=f([1],{a=1})
  aw={(a)=1}
  ax="${ {a=1} }"
  ay="a" /* c */
  az=1 # x
  ba = "${a ? "b" : "c"}"
  bb = "${
    a
  }"
  bc = "${
    a ? b
    : c
  }"
  bd = "${(
    a
  )}"
  be = a ["x"]
  bf = "x" == "y" ? [ "x" ] : []
  bi = ! a
  bj = [ ! a ]
  bk = { "a" : 1 , b : 2 }
  bl = x.y [ * ].z
  bm = <<EOT
EOT
}
