/* A plugin in C, without any library: it calls what it imports the way the canonical ABI says.
 *
 * GET /healthz    200  ok
 * anything else   200  hello from C
 *
 * Handles (requests, responses, streams) are int32_t. A function whose result doesn't fit one register takes a
 * pointer to write it to; a result<T> is written as its case (0 is ok) at byte 0 and its payload at byte 4. */
#include <stdbool.h>
#include <stdint.h>

#define IMPORT(module, name) __attribute__((import_module(module), import_name(name)))
#define HTTP "wasi:http/types@0.2.12"
#define STREAMS "wasi:io/streams@0.2.12"

typedef int32_t handle;
struct option_string { int32_t some; const char *text; int32_t length; };
struct result { _Alignas(8) int32_t failed; handle value; int32_t more[10]; }; /* large enough for any of them */

IMPORT(HTTP, "[constructor]fields") handle fields_new(void);
IMPORT(HTTP, "[method]incoming-request.path-with-query") void request_path(handle, struct option_string *);
IMPORT(HTTP, "[resource-drop]incoming-request") void request_drop(handle);
IMPORT(HTTP, "[constructor]outgoing-response") handle response_new(handle fields);
IMPORT(HTTP, "[method]outgoing-response.body") void response_body(handle, struct result *);
IMPORT(HTTP, "[method]outgoing-body.write") void body_write(handle, struct result *);
IMPORT(HTTP, "[static]outgoing-body.finish") void body_finish(handle, int32_t trailers, handle, struct result *);
IMPORT(HTTP, "[static]response-outparam.set")
void outparam_set(handle, int32_t failed, handle response, int32_t, int64_t, int32_t, int32_t, int32_t, int32_t);
IMPORT(STREAMS, "[method]output-stream.blocking-write-and-flush")
void stream_write(handle, const char *, int32_t, struct result *);
IMPORT(STREAMS, "[resource-drop]output-stream") void stream_drop(handle);

/* Where the host puts what it hands over. Nothing is freed: a sandbox lives for one request. */
static _Alignas(16) char heap[96 * 1024];
static uint32_t used;

__attribute__((export_name("cabi_realloc")))
void *cabi_realloc(void *old, uint32_t old_size, uint32_t align, uint32_t size) {
  (void)old, (void)old_size;
  used = (used + align - 1) & ~(align - 1);
  if (size > sizeof heap - used) __builtin_trap();
  void *at = heap + used;
  used += size;
  return at;
}

static bool begins_with(struct option_string path, const char *start) {
  int32_t i = 0;
  while (start[i] && i < path.length && path.text[i] == start[i]) i++;
  return path.some && !start[i];
}

__attribute__((export_name("wasi:http/incoming-handler@0.2.12#handle")))
void handle_request(handle request, handle out) {
  static const char ok[] = "ok\n", hello[] = "hello from C\n";
  struct option_string path;
  struct result result;

  request_path(request, &path);
  bool health = begins_with(path, "/healthz");
  const char *text = health ? ok : hello;
  int32_t length = health ? sizeof ok - 1 : sizeof hello - 1;
  request_drop(request);

  handle response = response_new(fields_new());
  response_body(response, &result);
  handle body = result.value;
  body_write(body, &result);
  handle stream = result.value;
  outparam_set(out, 0, response, 0, 0, 0, 0, 0, 0); /* the head goes out first */
  stream_write(stream, text, length, &result);
  stream_drop(stream);
  body_finish(body, 0, 0, &result);
}
