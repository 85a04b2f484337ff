/**
 * The front door: {@link io.meshrpc.MeshClient} calls services, {@link io.meshrpc.MeshServer} serves
 * them. Both are safe to use from any thread.
 */
@NullMarked
package io.meshrpc;

import org.jspecify.annotations.NullMarked;
