resource "hotswap_plugin" "greeter" {
  name              = "greeter"
  display_name      = "Greeter"
  publisher         = "examples"
  category          = "http"
  description       = "Answers every request with a greeting"
  tags              = ["example", "http"]
  documentation_url = "https://example.org/greeter"
}
