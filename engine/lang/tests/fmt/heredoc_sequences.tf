locals {
  a = <<EOT
${jsonencode({
    a = 1
  b = {
  c = 2
  }
})}
EOT
  b = 1
  c = <<-EOT
    x
    ${jsonencode({
        a = 1
      bcd = [
      c
      ]
    })}
    y
  EOT
  d = f(<<EOT
${join(",", [
  a
])}
EOT
  )
  e = {
    f = 1
  }
}
