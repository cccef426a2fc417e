# leading
resource   x_y  "z"   {
a=1
  bb   =   2 # two
  ccc = 3 // three

  /* own */
  dddd=4 /* four */
  e  { f=1 }
  g {}
  h { }

      nested   "l" {
   i = [
1,
   2 , # two
    3
      ]
      j = {
  k = 1
       ll: 2
  "m" = 3, nn = 4
  (o)   = 5
       }
   }
}
resource x_y /* comment */ q {   # after
  }



variable a { type = "string" }
variable "b" {
  type = "list"
  default = "${[]}"
}
variable "c" {
  type="map"
}
variable "d" {
  type = list
}
variable "e" {
  type = map
}
variable "f" {
  type = set
}
variable "g" {
  type = "number"
}
variable "h" {
  type = object({
  a=string
  bcd  =  optional( number,1 )
  })
}
locals {
	tab = 1
  	two_tabs	=	2
}
