/** What differs between deployments: right on AWS as it stands; local ones upload their own. */

/** Where the API is, on the page's own origin. */
export const API = "/v1";
