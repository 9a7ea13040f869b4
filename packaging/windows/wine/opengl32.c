/* A Windows without OpenGL, as many a virtual machine's: no context can be had. For tests under wine
   only; nothing that is shipped has it. */
#define NOGDI /* declares these, and otherwise */
#include <windows.h>

#define FAILS(name) __declspec(dllexport) void *WINAPI name(void) { return NULL; }

/* On x86-64 the caller clears the stack, so none needs its arguments. */
FAILS(wglCreateContext)
FAILS(wglDeleteContext)
FAILS(wglGetCurrentContext)
FAILS(wglGetCurrentDC)
FAILS(wglGetProcAddress)
FAILS(wglMakeCurrent)
FAILS(wglShareLists)
