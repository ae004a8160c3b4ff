// String helpers of the RPC server, which the runtime of a page leaves out.
//
// Written for this project: the apache-tvm wheel ships the runtime sources but not this header.
// tensor_cache_support.cc includes it and uses nothing of it.
#ifndef TVM_SUPPORT_UTILS_H_
#define TVM_SUPPORT_UTILS_H_
#endif  // TVM_SUPPORT_UTILS_H_
