package io.meshrpc.bench;

import io.meshrpc.security.MeshSecurity;
import io.meshrpc.security.TlsSecurity;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** One certificate for all, which the JDK's keytool makes for each benchmark anew. */
final class TlsKeys implements Keys {
  private static final String FOLDER = "mesh.bench.tls"; // tells processes of ours where it is
  private static final String PASSWORD = "benchmark"; // of a store that lives as long as a run

  /** Makes the certificate if one of the peers needs it and there is none. */
  static void prepare(List<PeerKind> peers) throws IOException, InterruptedException {
    boolean wanted = peers.stream().anyMatch(PeerKind::hasTls);
    if (!wanted || System.getProperty(FOLDER) != null) {
      return;
    }
    Path folder = Files.createTempDirectory("mesh-bench");
    Path store = folder.resolve("keys.p12");
    Path certificate = folder.resolve("certificate.pem");
    keytool(
        "-genkeypair",
        "-keyalg",
        "EC",
        "-groupname",
        "secp256r1",
        "-dname",
        "CN=bench",
        "-ext",
        "san=ip:127.0.0.1",
        "-validity",
        "2",
        "-alias",
        "bench",
        "-storetype",
        "PKCS12",
        "-keystore",
        store.toString(),
        "-storepass",
        PASSWORD);
    keytool(
        "-exportcert",
        "-rfc",
        "-alias",
        "bench",
        "-file",
        certificate.toString(),
        "-keystore",
        store.toString(),
        "-storepass",
        PASSWORD);
    folder.toFile().deleteOnExit();
    store.toFile().deleteOnExit();
    certificate.toFile().deleteOnExit();
    System.setProperty(FOLDER, folder.toString());
  }

  /** What a process of ours must be started with. */
  static List<String> options() {
    String folder = System.getProperty(FOLDER);
    return folder == null ? List.of() : List.of("-D" + FOLDER + "=" + folder);
  }

  private static void keytool(String... args) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
    command.addAll(List.of(args));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes());
    if (process.waitFor() != 0) {
      throw new IllegalStateException("keytool: " + said);
    }
  }

  @Override
  public MeshSecurity server() {
    Path folder = Path.of(System.getProperty(FOLDER, ""));
    return TlsSecurity.builder()
        .keyStore(folder.resolve("keys.p12"), PASSWORD.toCharArray())
        .trust(folder.resolve("certificate.pem"))
        .build();
  }

  @Override
  public MeshSecurity client() {
    return server();
  }
}
