/**
 * A mesh for tests of services: the real engines, stubs, handlers, interceptors and bytes, in the test's
 * thread and in virtual time, with faults that a test scripts. Nothing sleeps, nothing is flaky: the
 * same seed and the same story give the same run.
 *
 * <p>{@link io.meshrpc.testkit.TestMesh} is the way in, {@link io.meshrpc.testkit.MeshExtension} the
 * same for JUnit Jupiter, which is needed for nothing else here. docs/guide/testing.md tells the rest.
 */
@NullMarked
package io.meshrpc.testkit;

import org.jspecify.annotations.NullMarked;
