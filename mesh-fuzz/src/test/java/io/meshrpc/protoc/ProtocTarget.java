package io.meshrpc.protoc;

import com.google.protobuf.compiler.PluginProtos.CodeGeneratorResponse;
import io.meshrpc.fuzz.Must;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

/** What protoc may write into the plugin: a response, or one line that says what is wrong. */
public final class ProtocTarget {
  private static final int GROWTH_MAX = 200; // bytes of Java for a byte of a request

  private ProtocTarget() {}

  /** For the fuzzer. */
  public static void fuzzerTestOneInput(byte[] bytes) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    int code = Main.run(
        new ByteArrayInputStream(bytes), out, new PrintStream(err, true, StandardCharsets.UTF_8));
    if (code == 0) {
      CodeGeneratorResponse.parseFrom(out.toByteArray());
      Must.hold(
          out.size() <= 4096 + GROWTH_MAX * bytes.length, "the output: " + out.size() + " bytes");
    } else {
      Must.hold(code == 1, "exit code " + code);
      Must.hold(err.toString(StandardCharsets.UTF_8).startsWith("standard input: "), "no reason");
    }
  }
}
