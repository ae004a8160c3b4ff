// Native checks of the support headers in compile/runtime/headers.  Usage: runtime_headers PARAMS_BLOB
// PARAMS_BLOB was written by runtime.SaveParams of the installed libtvm; the bytes that these
// headers write for the same values have to be the same.
#include <builtin_fp16.h>
#include <tvm/runtime/tensor.h>
#include <tvm/support/serializer.h>

#include <cstdio>
#include <fstream>
#include <iterator>
#include <random>

#include "src/support/base64.h"
#include "src/support/bytes_io.h"

using namespace tvm;
using namespace tvm::support;

#define CHECK(x) \
  if (!(x)) { std::printf("line %d: %s is false\n", __LINE__, #x); return 1; }

enum class Kind : int { kOne = 1 };

template <typename T>
bool RoundTrip(const T& value, const std::string& expect) {
  std::string bytes;
  BytesOutStream out(&bytes);
  out.Write(value);
  if (bytes != expect) return false;
  for (size_t cut = 0; cut < bytes.size(); ++cut) {  // every truncation is noticed
    BytesInStream in(bytes.data(), cut);
    T bad;
    if (in.Read(&bad)) return false;
  }
  BytesInStream in(bytes);
  T back;
  if (!in.Read(&back)) return false;
  std::string again;
  BytesOutStream(&again).Write(back);
  return again == bytes;
}

int main(int argc, char** argv) {
  using S = std::string;
  auto u64 = [](uint64_t v) { return S(reinterpret_cast<char*>(&v), 8); };
  CHECK(RoundTrip<int32_t>(-2, S("\xfe\xff\xff\xff", 4)));
  CHECK(RoundTrip<bool>(true, S("\x01", 1)));
  CHECK(RoundTrip(Kind::kOne, S("\x01\0\0\0", 4)));
  CHECK(RoundTrip(DLDataType{2, 32, 1}, S("\x02\x20\x01\0", 4)));
  CHECK(RoundTrip(DLDevice{kDLCPU, 3}, S("\x01\0\0\0\x03\0\0\0", 8)));
  CHECK(RoundTrip(S("abc"), u64(3) + "abc"));
  CHECK(RoundTrip(ffi::String("abc"), u64(3) + "abc"));
  CHECK(RoundTrip(std::vector<int16_t>{1, 2}, u64(2) + S("\x01\0\x02\0", 4)));
  CHECK(RoundTrip(std::vector<S>{"a", ""}, u64(2) + u64(1) + "a" + u64(0)));
  CHECK(RoundTrip(std::vector<bool>{true, false}, u64(2) + S("\x01\0", 2)));
  CHECK(RoundTrip(std::unordered_map<S, S>{{"k", "v"}}, u64(1) + u64(1) + "k" + u64(1) + "v"));
  CHECK((RoundTrip(ffi::Map<ffi::String, ffi::Array<Kind>>{{"k", {Kind::kOne}}},
                   u64(1) + u64(1) + "k" + u64(1) + S("\x01\0\0\0", 4))));
  {  // a length that cannot be
    S bytes = u64(~uint64_t{0});
    BytesInStream in(bytes);
    std::vector<int64_t> v;
    CHECK(!in.Read(&v));
    bytes = u64(uint64_t{1} << 40) + "x";
    BytesInStream in2(bytes);
    CHECK(!in2.Read(&v));
  }

  // base64: known answers, then every length
  const char* known[][2] = {{"", ""}, {"f", "Zg=="}, {"fo", "Zm8="}, {"foo", "Zm9v"}, {"\xff\xfe\xfd", "//79"}};
  for (auto& k : known) {
    S text;
    BytesOutStream raw(&text);
    Base64OutStream b64(&raw);
    b64.Write(static_cast<const void*>(k[0]), std::strlen(k[0]));
    b64.Finish();
    CHECK(text == k[1]);
  }
  std::mt19937 rng(0);
  for (size_t n = 0; n < 300; ++n) {
    S data(n, '\0'), text, back(n + 5, '\0');
    for (char& c : data) c = static_cast<char>(rng());
    BytesOutStream raw(&text);
    Base64OutStream b64(&raw);
    for (size_t i = 0; i < n;) {
      size_t step = std::min<size_t>(1 + rng() % 7, n - i);
      b64.Write(static_cast<const void*>(data.data() + i), step);
      i += step;
    }
    b64.Finish();
    CHECK(text.size() == (n + 2) / 3 * 4);
    BytesInStream in(text);
    Base64InStream dec(&in);
    dec.InitPosition();
    CHECK(dec.Read(static_cast<void*>(back.data()), n + 5) == n);
    CHECK(back.substr(0, n) == data);
  }

#if defined(__FLT16_MANT_DIG__)
  for (uint32_t h = 0; h < 0x10000; ++h) {
    uint16_t bits = static_cast<uint16_t>(h);
    _Float16 half;
    std::memcpy(&half, &bits, 2);
    float want = static_cast<float>(half);
    float got = __extendXfYf2__<uint16_t, uint16_t, 10, float, uint32_t, 23>(bits);
    CHECK((want != want && got != got) || std::memcmp(&want, &got, 4) == 0);
  }
  std::printf("float16: 65536 values\n");
#endif

  // what libtvm wrote
  std::ifstream file(argv[1], std::ios::binary);
  S blob((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  BytesInStream in(blob);
  uint64_t magic, reserved, count;
  std::vector<S> names;
  CHECK(in.Read(&magic) && in.Read(&reserved) && in.Read(&names) && in.Read(&count));
  CHECK(count == names.size() && count == 3);
  S again;
  BytesOutStream out(&again);
  out.Write(magic);
  out.Write(reserved);
  out.Write(names);
  out.Write(count);
  for (uint64_t i = 0; i < count; ++i) {
    runtime::Tensor t;
    CHECK(t.Load(&in));
    t.Save(&out);
  }
  CHECK(again == blob);
  std::printf("libtvm bytes: %zu, equal\n", blob.size());
  std::printf("ok\n");
  return 0;
}
