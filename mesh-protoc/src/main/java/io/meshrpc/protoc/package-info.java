/**
 * {@code protoc-gen-mesh}: reads what protoc says about {@code .proto} files from standard input and
 * writes one Java file for each {@code service} to standard output. A program, not a library; knows
 * the library only as text that it writes.
 */
@NullMarked
package io.meshrpc.protoc;

import org.jspecify.annotations.NullMarked;
