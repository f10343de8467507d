/** What differs between deployments. As it stands here it is right on AWS; local deployments upload their own. */

/** Where the API is, on the page's own origin. */
export const API = "/v1";
