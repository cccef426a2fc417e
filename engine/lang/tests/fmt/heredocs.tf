locals {
  a=<<EOT
  x   y
     ${a+b}  ${ c }
   # no comment
EOT
  bbb = <<-EOT
    x
      %{if a}y%{ endif }
   z ${f( 1 )}
    EOT
  c = f(<<EOT
x
EOT
  ,1)
  d = [
    <<-A
      a
    A
    ,
    <<-B
      b
    B
  ]
  e = {
    a = <<A
a
A
    bcd = 1
  }
  f = "a\nb" # after
  gg = 1 # g
  h = <<EOT
${a}
  ${b}c
%{ for x in y ~}
${x}
%{ endfor ~}
EOT
}
