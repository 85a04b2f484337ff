/** Programs to run by hand, which the library does not need. */
@NullMarked
package io.meshrpc.tools;

import org.jspecify.annotations.NullMarked;
