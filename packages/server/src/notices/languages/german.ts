import type { NoticeTexts } from '../notice-texts.ts'

const konten = (count: number): string => (count === 1 ? 'ein Konto' : `${count} Konten`)

/** Mail about notices, in German. */
export const germanNotices: NoticeTexts = {
  greeting: (name) => `Guten Tag, ${name},`,
  open: 'Auf dieser Seite lässt es sich beheben:',
  look: 'Sehen Sie hier nach:',
  footer: (server) => `Gesendet von Evergrant auf ${server}, weil Sie dort angemeldet sind.`,
  kinds: {
    account_needs_consent: ({ account, connection }) => ({
      subject: `Bitte ${account} neu verbinden`,
      text: `Der Anbieter möchte, dass Sie dem Zugriff auf ${account} (${connection}) noch einmal zustimmen. Bis dahin erhalten Programme keinen Zugriff darauf. Es dauert eine Minute, und sonst ändert sich nichts.`,
    }),
    connection_broken: ({ connection, affected, total }) => ({
      subject: `Die Verbindung ${connection} funktioniert nicht`,
      text: `Der Anbieter lehnt die Einstellungen der Verbindung ${connection} ab: Meist ist der Clientschlüssel abgelaufen oder geändert worden. Bis das behoben ist, lässt sich kein Konto erneuern. Bereits fällig: ${affected} von ${total}.`,
    }),
    accounts_blocked: ({ connection, affected, total }) => ({
      subject: `Für ${connection} fehlt eine Freigabe`,
      text: `Die Organisation beim Anbieter verlangt für die Verbindung ${connection} die Freigabe durch ihre Verwaltung. Betroffene Konten: ${affected} von ${total}.`,
    }),
    accounts_ended: ({ connection, affected, total }) => ({
      subject: `Die meisten Konten von ${connection} müssen neu verbunden werden`,
      text: `Der Anbieter hat bei der Verbindung ${connection} die Zustimmung beendet; betroffene Konten: ${affected} von ${total}. Vielleicht wurde das Programm dort gesperrt oder entfernt. Sehen Sie zuerst dort nach, bevor die Besitzer ihre Konten neu verbinden.`,
    }),
    secret_expiring: ({ connection, until }) => ({
      subject: `Der Clientschlüssel von ${connection} läuft am ${until} ab`,
      text: `Erstellen Sie beim Anbieter einen neuen Clientschlüssel, und tragen Sie ihn vor dem ${until} ein. Danach lässt sich kein Konto der Verbindung ${connection} mehr erneuern.`,
    }),
    webhook_off: ({ webhook }) => ({
      subject: 'Ein Webhook wurde abgeschaltet',
      text: `An ${webhook} wird nichts mehr gesendet: Die Adresse hat tagelang keine Nachrichten angenommen oder gemeldet, dass es sie nicht mehr gibt. Schalten Sie den Webhook wieder ein, sobald die Adresse erreichbar ist.`,
    }),
    api_key_made: ({ account, affected, by, program, reason }) => ({
      subject:
        account === ''
          ? 'Ein Programm hat Zugriff auf Ihre Konten bekommen'
          : `Ein Programm hat Zugriff auf ${account} bekommen`,
      text: `${by} hat den API-Schlüssel „${program}“ erstellt. Ein Programm bekommt damit Zugriff auf ${account === '' ? `${konten(affected)} von Ihnen` : `Ihr Konto ${account}`}. Als Grund ist angegeben: ${reason}\n\nFalls das nicht sein soll, nehmen Sie den Zugriff auf der Seite des Kontos unter „Programme“ zurück, und sprechen Sie ${by} darauf an.`,
    }),
    token_revealed: ({ account, by, reason }) => ({
      subject: `Ein Token von ${account} wurde angesehen`,
      text: `${by} hat sich ein Zugriffstoken Ihres Kontos ${account} anzeigen lassen. Bis es abläuft, öffnet es, was dem Konto erlaubt ist. Als Grund ist angegeben: ${reason}\n\nFalls das nicht sein soll, sprechen Sie ${by} darauf an, und nehmen Sie die Berechtigung auf der Seite des Kontos zurück.`,
    }),
    password_link_made: ({ by }) => ({
      subject: 'Für Sie wurde ein Link für ein neues Passwort erstellt',
      text: `${by || 'Jemand an dem Computer, auf dem dieser Server läuft,'} hat einen Link erstellt, mit dem sich ein neues Passwort für Sie wählen lässt; damit kann man sich in Ihrem Namen anmelden. Falls Sie nicht darum gebeten haben, sprechen Sie ${by || 'die Person, die den Server betreibt,'} darauf an, und prüfen Sie, ob Ihr Passwort noch gilt.`,
    }),
    email_changed: ({ by }) => ({
      subject: 'Ihre E-Mail-Adresse wurde hier geändert',
      text: `${by} hat hier Ihre E-Mail-Adresse geändert. Bei manchen Anbietern kann sich anmelden, wem diese Adresse gehört, und E-Mail von diesem Server geht dorthin. Falls Sie nicht darum gebeten haben, sprechen Sie ${by} darauf an.`,
    }),
    mail_servers_set: ({ account, by }) => ({
      subject: `Mailserver von ${account} wurden von Hand eingestellt`,
      text: `${by} hat Mailserver Ihres Kontos ${account} von Hand eingestellt. Ab jetzt werden dessen Zugriffstoken dorthin gesendet. Falls Sie das nicht selbst waren, stellen Sie auf der Seite des Kontos unter „E-Mail“ die Voreinstellung wieder her, und ändern Sie Ihr Passwort.`,
    }),
  },
}
