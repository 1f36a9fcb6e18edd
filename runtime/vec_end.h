/* vec_end.h: closes the section that a vec_<set>.h opened. */
#ifdef RT_TARGET_PUSHED
#undef RT_TARGET_PUSHED
#ifdef __clang__
#pragma clang attribute pop
#else
#pragma GCC pop_options
#endif
#endif
#undef RT_SECTION
#undef RT_SUFFIX
#undef V_LANES
#undef V_PARTS
#undef V_FUSED
