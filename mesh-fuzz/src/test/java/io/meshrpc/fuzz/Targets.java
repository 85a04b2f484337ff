package io.meshrpc.fuzz;

import io.meshrpc.api.TailTarget;
import io.meshrpc.core.ClientTarget;
import io.meshrpc.core.ServerTarget;
import io.meshrpc.protoc.ProtocTarget;
import io.meshrpc.wire.DecodeTarget;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** Everything that takes bytes of strangers, and what is known to reach far into it. */
enum Targets {
  DECODE("decode", DecodeTarget.class, DecodeTarget::fuzzerTestOneInput),
  TAIL("tail", TailTarget.class, TailTarget::fuzzerTestOneInput),
  SERVER("server", ServerTarget.class, ServerTarget::fuzzerTestOneInput),
  CLIENT("client", ClientTarget.class, ClientTarget::fuzzerTestOneInput),
  PROTOC("protoc", ProtocTarget.class, ProtocTarget::fuzzerTestOneInput);

  final Class<?> type;
  private final String folder;
  private final Run run;

  /** One input. */
  private interface Run {
    void with(byte[] bytes) throws Exception;
  }

  Targets(String folder, Class<?> type, Run run) {
    this.folder = folder;
    this.type = type;
    this.run = run;
  }

  void run(byte[] bytes) throws Exception {
    run.with(bytes);
  }

  /** Where its corpus is. */
  Path corpus() {
    return Path.of("src", "test", "resources", "corpus", folder);
  }

  /** Its inputs, in the order of their names. */
  List<Path> inputs() throws IOException {
    try (Stream<Path> all = Files.list(corpus())) {
      return new ArrayList<>(all.sorted().toList());
    }
  }
}
